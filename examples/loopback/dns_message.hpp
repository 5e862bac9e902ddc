// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The few DNS messages that a scripted server needs: it reads queries and writes answers.
///
/// Source: RFC 1035 section 4; RFC 3596 (AAAA); RFC 6891 (EDNS, accepted and ignored).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loopback::dns {

enum class record_type : std::uint16_t { a = 1, ns = 2, cname = 5, soa = 6, txt = 16, aaaa = 28 };

enum class response_code : std::uint8_t {
    no_error = 0,
    format_error = 1,
    server_failure = 2,
    name_error = 3,  ///< NXDOMAIN
    not_implemented = 4,
    refused = 5,
};

/// What one query asks.
struct query {
    std::uint16_t id = 0;
    std::string name;  ///< lower case, without the final dot
    record_type type = record_type::a;
    std::string wire_name;  ///< the name as it came; its upper and lower case must be echoed

    bool operator==(const query&) const = default;
};

/// One record of an answer.
struct record {
    std::string name;
    record_type type = record_type::a;
    std::uint32_t ttl = 60;  ///< seconds
    std::string data;        ///< a literal address; a name for CNAME
};

/// What one response says.
struct response {
    query asked;
    response_code code = response_code::no_error;
    bool truncated = false;
    std::vector<record> answers;
};

/// Reads a query; nothing if the bytes are not one with exactly one question.
[[nodiscard]] std::optional<query> decode_query(std::span<const std::byte> message);

/// \throws std::invalid_argument  if a name or an address in it is none.
[[nodiscard]] std::vector<std::byte> encode(const response& answer);

/// \throws std::invalid_argument  if the name is none.
[[nodiscard]] std::vector<std::byte> encode(const query& asked);

}  // namespace loopback::dns
