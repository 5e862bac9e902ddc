// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <vector>

#include "state/wait_graph.hpp"

namespace weft::trace_tool {

/// Each ring of waits, who waits for whom and for how long.
void print_cycles(std::ostream& out, const std::vector<wait_cycle>& cycles,
                  const std::vector<runtime_state>& states);

/// {"formatVersion":1,"deadlocks":[[...],...]}.
void print_cycles_json(std::ostream& out, const std::vector<wait_cycle>& cycles,
                       const std::vector<runtime_state>& states);

}  // namespace weft::trace_tool
