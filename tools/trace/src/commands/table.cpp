// SPDX-License-Identifier: BSL-1.0

#include "commands/table.hpp"

#include <array>

namespace weft::trace_tool {

std::span<add_command* const> all_commands() noexcept {
    static constexpr std::array commands{
        &add_ps,
    };
    return commands;
}

}  // namespace weft::trace_tool
