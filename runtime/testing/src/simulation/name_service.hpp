// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/testing/simulated_network.hpp>

#include "simulation/place.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::testing::detail {

class dice;

/// The name server that answers on port 53 of every address where nobody else does.
class name_service {
public:
    void add(std::string_view name, const std::vector<std::string>& addresses,
             std::chrono::seconds ttl);
    void add(std::string_view name, name_answer how);

    /// The reply to a question; empty: none comes.
    /// Source: RFC 1035 section 4.
    [[nodiscard]] std::string answer(std::string_view question, const network_conditions& now,
                                     dice& chances) const;

private:
    struct known {
        std::vector<place> addresses;
        std::uint32_t ttl = 0;
        std::optional<name_answer> failure;
    };

    std::map<std::string, known> names_;
};

}  // namespace weft::testing::detail
