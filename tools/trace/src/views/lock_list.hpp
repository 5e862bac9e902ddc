// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <vector>

#include "state/runtime_state.hpp"

namespace weft::trace_tool {

/// A line for each lock for which somebody has waited, those with waiters first.
void print_locks(std::ostream& out, const std::vector<runtime_state>& states);

/// {"formatVersion":1,"locks":[...]}.
void print_locks_json(std::ostream& out, const std::vector<runtime_state>& states);

}  // namespace weft::trace_tool
