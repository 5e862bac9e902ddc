// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace weft::trace_tool {

/// What a fiber did for a while.
enum class activity : std::uint8_t {
    running,
    ready,  ///< it could run, but another did
    waiting,
    unknown,  ///< events of that time were lost
};

/// A stretch of one fiber's life. Times are ticks.
struct interval {
    std::uint32_t fiber = 0;  ///< low half of its id
    activity what = activity::unknown;
    /// Its beginning or its end was not seen: it may have been longer.
    bool cut = false;
    std::uint8_t reason = 0;     ///< of the wait; of what is ready: of the wait before
    std::uint32_t stack = 0;     ///< of the wait
    std::uint32_t woken_by = 0;  ///< who ended the wait; 0: the loop
    std::uint64_t object = 0;    ///< of the wait
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    [[nodiscard]] std::uint64_t ticks() const noexcept { return end > begin ? end - begin : 0; }
};

}  // namespace weft::trace_tool
