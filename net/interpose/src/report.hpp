// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What a program did with the layer, told when it ends: WEFT_INTERPOSE_REPORT, weft-run --report.

#include <atomic>
#include <chrono>

namespace weft {
struct error_report;
}

namespace weft::interpose {

namespace report {

/// Whether there will be a report; set before main().
[[gnu::visibility("hidden")]] extern constinit std::atomic<bool> wanted;

/// A step of this length or longer is one that kept the loop.
inline constexpr std::chrono::milliseconds slow_step{20};

/// Asks for a report, which is written when the process exits.
///
/// \param place  "1": stderr; else a file, which is written anew.
void ask(const char* place) noexcept;

void count(const char* function) noexcept;

/// The function whose call was counted last on this thread.
[[nodiscard]] const char* last_counted() noexcept;

/// Notes a slow step. Returns false for every other report of a runtime.
bool note(const error_report& found);

}  // namespace report

/// Counts a call that a fiber makes.
inline void count_call(const char* function) noexcept {
    if (report::wanted.load(std::memory_order_relaxed)) [[unlikely]] {
        report::count(function);
    }
}

}  // namespace weft::interpose
