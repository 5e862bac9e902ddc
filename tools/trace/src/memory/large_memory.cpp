// SPDX-License-Identifier: BSL-1.0

#include "memory/large_memory.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace weft::trace_tool {

void expect_to_fill(void* begin, std::size_t bytes) noexcept {
    constexpr std::uintptr_t page = 4096;
    constexpr std::size_t large = 4 * 1024 * 1024;
    if (bytes < large) {
        return;
    }
    const auto from = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) / page * page;
    const auto to = (reinterpret_cast<std::uintptr_t>(begin) + bytes) / page * page;
    // It is only slower if the kernel does not want to.
    (void)::madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);
}

}  // namespace weft::trace_tool
