// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "state/runtime_state.hpp"

namespace weft::trace_tool {

/// How often things happened between two looks at a program.
class rates {
public:
    /// The next look. The one before the last is forgotten.
    void look_at(const std::vector<runtime_state>& states);

    /// Waits of a fiber per second; of one that is new, since the last look.
    [[nodiscard]] double waits(const trace::fiber_row& row) const;

    /// Of the runtime with this place in the list.
    struct of_loop {
        double switches = 0;  ///< per second
        double turns = 0;     ///< per second
    };
    [[nodiscard]] of_loop loop(std::size_t index) const;

private:
    struct counts {
        std::unordered_map<std::uint64_t, std::uint64_t> waits;  // by fiber
        std::vector<trace::loop> loops;
        std::uint64_t time = 0;
    };
    [[nodiscard]] double per_second(std::uint64_t before, std::uint64_t after) const noexcept;

    counts before_;
    counts now_;
};

}  // namespace weft::trace_tool
