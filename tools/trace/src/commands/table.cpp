// SPDX-License-Identifier: BSL-1.0

#include "commands/table.hpp"

#include <array>

namespace weft::trace_tool {

std::span<add_command* const> all_commands() noexcept {
    static constexpr std::array commands{
        &add_ps,       &add_tree,   &add_stack,  &add_top,   &add_locks,
        &add_deadlock, &add_doctor, &add_record, &add_run,   &add_flight,
        &add_snapshot, &add_report, &add_why,    &add_flame, &add_events,
        &add_export,   &add_diff,   &add_leaks,  &add_lost,  &add_stalls,
    };
    return commands;
}

}  // namespace weft::trace_tool
