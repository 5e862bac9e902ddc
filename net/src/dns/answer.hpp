// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/address.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

namespace weft::net::dns {

/// What is asked of name servers: the addresses of one family, or records of any type as they come.
struct question {
    std::string name;  ///< absolute, in lower case, without the final dot
    family wanted = family::v4;
    int raw_type = 0;  ///< of the records, whose whole message is the answer; 0: addresses

    bool operator==(const question&) const = default;
};

struct question_hash {
    std::size_t operator()(const question& asked) const noexcept {
        return std::hash<std::string>{}(asked.name) * 2 + (asked.wanted == family::v6 ? 1 : 0);
    }
};

/// What came of it: addresses with port 0 or a message, or why there are none.
struct answer {
    std::vector<address> addresses{};
    std::vector<unsigned char> message{};
    std::error_code failure{};
    std::chrono::seconds ttl{0};  ///< how long it may be remembered; 0: not at all
};

}  // namespace weft::net::dns
