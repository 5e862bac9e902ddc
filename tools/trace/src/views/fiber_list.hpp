// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "process/source.hpp"
#include "views/fiber_selection.hpp"
#include "views/fiber_text.hpp"

namespace weft::trace_tool {

/// Where each of the fibers is, in their order; empty: not asked for.
using places_of_fibers = std::vector<std::string>;

/// A line for each fiber.
void print_fibers(std::ostream& out, const std::vector<shown_fiber>& fibers, fiber_text& text,
                  const places_of_fibers& places = {});

/// A line for each set of fibers that were spawned at one place and do the same, largest first.
void print_groups(std::ostream& out, const std::vector<shown_fiber>& fibers, fiber_text& text);

/// {"formatVersion":1,"fibers":[...]}.
void print_fibers_json(std::ostream& out, const std::vector<shown_fiber>& fibers, fiber_text& text,
                       const source& from, const places_of_fibers& places = {});

/// What a listing of these states leaves out, a sentence each; empty: nothing.
[[nodiscard]] std::vector<std::string> what_is_missing(const std::vector<runtime_state>& states);

}  // namespace weft::trace_tool
