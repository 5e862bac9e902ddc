// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace weft::trace_tool {

/// Says that all of this memory, which was just allocated, will be written: the kernel may then map
/// it by 2 MiB instead of by 4 KiB. Does nothing to less than 4 MiB.
void expect_to_fill(void* begin, std::size_t bytes) noexcept;

}  // namespace weft::trace_tool
