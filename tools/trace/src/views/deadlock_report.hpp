// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <vector>

#include "state/wait_graph.hpp"

namespace weft::trace_tool {

/// The runtimes that wait for the kernel although nothing is armed that could end the wait: none of
/// their fibers will run again, unless a signal handler or another thread sees to it.
/// \param later  the same, read again: what moved meanwhile is none.
std::vector<const runtime_state*> stuck_runtimes(const std::vector<runtime_state>& states,
                                                 const std::vector<runtime_state>& later);

void print_stuck(std::ostream& out, const std::vector<const runtime_state*>& stuck);

/// Each ring of waits, who waits for whom and for how long.
void print_cycles(std::ostream& out, const std::vector<wait_cycle>& cycles,
                  const std::vector<runtime_state>& states);

/// Who waits for a lock that a fiber did not give back before it ended.
void print_left_locked(std::ostream& out, const std::vector<wait_edge>& waits,
                       const std::vector<runtime_state>& states);

/// {"formatVersion":1,"deadlocks":[[...],...],"stuck":[{...},...],"leftLocked":[{...},...]}.
void print_cycles_json(std::ostream& out, const std::vector<wait_cycle>& cycles,
                       const std::vector<runtime_state>& states,
                       const std::vector<const runtime_state*>& stuck,
                       const std::vector<wait_edge>& left_locked);

}  // namespace weft::trace_tool
