// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "process/source.hpp"
#include "views/fiber_selection.hpp"
#include "views/fiber_text.hpp"
#include "views/fiber_use.hpp"

namespace weft::trace_tool {

/// What is shown of each fiber besides, in their order; empty: not asked for.
struct fiber_details {
    std::vector<std::string> places;  ///< where it is
    std::vector<fiber_use> uses;
};

/// A line for each fiber.
void print_fibers(std::ostream& out, const std::vector<shown_fiber>& fibers, fiber_text& text,
                  const fiber_details& details = {});

/// A line for each set of fibers that were spawned at one place and do the same, largest first.
void print_groups(std::ostream& out, const std::vector<shown_fiber>& fibers, fiber_text& text);

/// {"formatVersion":1,"fibers":[...]}.
void print_fibers_json(std::ostream& out, const std::vector<shown_fiber>& fibers, fiber_text& text,
                       const source& from, const fiber_details& details = {});

/// What a listing of these states leaves out, a sentence each; empty: nothing.
[[nodiscard]] std::vector<std::string> what_is_missing(const std::vector<runtime_state>& states);

}  // namespace weft::trace_tool
