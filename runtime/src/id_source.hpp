// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstdint>

namespace weft::detail {

/// A number that no fiber and no scope of this process has or had; never 0.
///
/// Threads take numbers in blocks, so that the common case is no atomic operation.
inline std::uint64_t next_id() noexcept {
    constexpr std::uint64_t block = 1024;
    static constinit std::atomic<std::uint64_t> next_block{0};
    static constinit thread_local std::uint64_t last = 0;
    if (last % block == 0) [[unlikely]] {
        last = next_block.fetch_add(block, std::memory_order_relaxed);
    }
    return ++last;
}

}  // namespace weft::detail
