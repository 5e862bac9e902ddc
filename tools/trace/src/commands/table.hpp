// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "commands/command.hpp"

namespace weft::trace_tool {

add_command add_ps;
add_command add_tree;
add_command add_stack;
add_command add_top;
add_command add_locks;
add_command add_deadlock;
add_command add_doctor;
add_command add_record;
add_command add_run;
add_command add_report;
add_command add_why;
add_command add_flame;
add_command add_events;
add_command add_flight;
add_command add_snapshot;
add_command add_export;
add_command add_diff;
add_command add_leaks;
add_command add_lost;
add_command add_stalls;

}  // namespace weft::trace_tool
