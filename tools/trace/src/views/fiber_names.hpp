// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "views/fiber_selection.hpp"

namespace weft::trace_tool {

/// Finds fibers by their ids.
///
/// Lifetime: the states outlive it.
class fiber_names {
public:
    explicit fiber_names(const std::vector<runtime_state>& states);

    /// The fiber with this id; its row is null if there is none.
    [[nodiscard]] shown_fiber find(std::uint64_t id) const;

    /// `#7 "http"`.
    [[nodiscard]] std::string label(std::uint64_t id) const;

    /// `parked, mutex`; `gone` for a fiber that has no row.
    [[nodiscard]] std::string activity(std::uint64_t id) const;

private:
    std::unordered_map<std::uint64_t, shown_fiber> fibers_;
};

}  // namespace weft::trace_tool
