// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "commands/command.hpp"

namespace weft::trace_tool {

add_command add_ps;

}  // namespace weft::trace_tool
