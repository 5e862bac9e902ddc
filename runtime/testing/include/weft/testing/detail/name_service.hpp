// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/testing/simulated_network.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::testing::detail {

/// What a name server of a test knows.
class name_service {
public:
    /// \throws usage_error  for what is no address.
    void add(std::string_view name, const std::vector<std::string>& addresses,
             std::chrono::seconds ttl);
    void add(std::string_view name, name_answer how);

    /// Answers to questions for `name` do not fit into a datagram.
    void truncate(std::string_view name);

    /// The reply to a question; empty: none comes. Names that were not added do not exist.
    /// Source: RFC 1035 section 4.
    [[nodiscard]] std::string answer(std::string_view question, bool in_a_datagram = true) const;

    /// The reply of a server that fails.
    [[nodiscard]] static std::string failure(std::string_view question);

private:
    using host = std::array<std::uint8_t, 16>;  // IPv4 is mapped into IPv6

    struct known {
        std::vector<host> addresses;
        std::uint32_t ttl = 0;
        std::optional<name_answer> failure;
        bool truncated = false;
    };

    std::map<std::string, known> names_;
};

}  // namespace weft::testing::detail
