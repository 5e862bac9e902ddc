// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/url.hpp>
#include <weft/net/address.hpp>
#include <weft/net/tls.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace fetch {

/// A URL as it was asked for and as it was understood.
struct wanted_url {
    std::string text;
    weft::http::url where;
};

/// What the command line asks for.
struct options {
    std::vector<wanted_url> urls;  ///< empty: the embedded default
    std::ptrdiff_t concurrency = 10;
    std::chrono::nanoseconds timeout = std::chrono::seconds(30);  ///< for each URL
    std::optional<weft::net::tls_context> trust;  ///< none: the system's authorities
    std::optional<weft::net::address> dns;        ///< none: the system's name servers
    std::size_t repeat = 1;
    bool json = false;
    bool sha256 = false;
    bool help = false;
};

/// A command line that cannot be followed; what() says which argument and why.
class usage_fault : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads the arguments behind the program's name, and the CA file among them.
///
/// \throws usage_fault
[[nodiscard]] options parse_options(const std::vector<std::string>& arguments);

/// What --help prints: one screen.
extern const char* const help_text;

}  // namespace fetch
