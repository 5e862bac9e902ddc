// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <vector>

#include "output/json.hpp"
#include "state/wait_graph.hpp"
#include "views/fiber_names.hpp"
#include "views/fiber_text.hpp"

namespace weft::trace_tool {

/// Fibers below the ones that spawned them, with whom they wait for; members of a ring of waits are
/// marked. Those whose parent is gone stand at the left.
void print_tree(std::ostream& out, const std::vector<runtime_state>& states, fiber_text& text);

/// {"formatVersion":1,"fibers":[{"id","children":[...],"waitsFor","inCycle"}]}: flat, so that a
/// deep tree is no deep document.
void print_tree_json(std::ostream& out, const std::vector<runtime_state>& states);

}  // namespace weft::trace_tool
