// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "commands/command.hpp"

namespace weft::trace_tool {

add_command add_ps;
add_command add_tree;
add_command add_stack;
add_command add_locks;
add_command add_deadlock;
add_command add_doctor;

}  // namespace weft::trace_tool
