// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::net::dns {

/// A valid host name, in lower case.
struct host_name {
    std::string text;       ///< without the final dot
    bool absolute = false;  ///< whether there was one
};

/// \throws net::error  (errc::invalid_name) for anything that cannot be a host name: longer than
///         255 bytes on the wire, an empty or overlong label, a byte that is no letter, digit,
///         '-' or '_'; or that looks like an IPv4 address, which only a canonical literal may.
///         Source: RFC 1035 section 2.3.4; the URL standard, "ends in a number".
[[nodiscard]] host_name parse_host_name(std::string_view host);

/// `localhost` and names below it. Source: RFC 6761 section 6.3.
[[nodiscard]] bool is_localhost(std::string_view name) noexcept;

/// The absolute names to ask for, in order, as res_search(3) does.
[[nodiscard]] std::vector<std::string> search_candidates(const host_name& name,
                                                         std::span<const std::string> domains,
                                                         int ndots);

}  // namespace weft::net::dns
