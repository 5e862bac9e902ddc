// SPDX-License-Identifier: BSL-1.0

#include "commands/table.hpp"

#include <array>

namespace weft::trace_tool {

std::span<add_command* const> all_commands() noexcept {
    static constexpr std::array commands{
        &add_ps, &add_tree, &add_stack, &add_locks, &add_deadlock, &add_doctor,
    };
    return commands;
}

}  // namespace weft::trace_tool
