// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <vector>

#include "output/json.hpp"
#include "report/sections.hpp"

namespace weft::trace_tool {

/// The places where fibers waited for the one of two locks while they held the other, if some did
/// so the other way round.
std::vector<report_section> lock_sections(const summary& in, std::size_t most);

/// The same for programs: lockOrders.
void add_lock_orders(json& to, const summary& in);

}  // namespace weft::trace_tool
