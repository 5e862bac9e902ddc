// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <vector>

#include "output/json.hpp"
#include "report/sections.hpp"

namespace weft::trace_tool {

/// What libraries did for fibers, timers, and wakes that led to nothing; those of which there is
/// something in the recording.
std::vector<report_section> tally_sections(const summary& in, std::size_t most);

/// The same for programs: works, moved, timers, vainWakes.
void add_tallies(json& to, const summary& in);

}  // namespace weft::trace_tool
