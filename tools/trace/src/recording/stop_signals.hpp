// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <csignal>
#include <ctime>
#include <initializer_list>

namespace weft::trace_tool {

/// SIGINT, SIGTERM and what else is named as something to wait for: they end a recording, not the
/// tool.
class stop_signals {
public:
    explicit stop_signals(std::initializer_list<int> more = {}) noexcept {
        ::sigemptyset(&set_);
        ::sigaddset(&set_, SIGINT);
        ::sigaddset(&set_, SIGTERM);
        for (const int each : more) {
            ::sigaddset(&set_, each);
        }
        ::sigprocmask(SIG_BLOCK, &set_, &before_);
    }
    ~stop_signals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

    stop_signals(const stop_signals&) = delete;
    stop_signals& operator=(const stop_signals&) = delete;

    /// Waits, for so long at most. Returns the signal that came; 0: none.
    [[nodiscard]] int wait_for(std::chrono::milliseconds longest) const noexcept {
        const auto nanoseconds = std::chrono::nanoseconds(longest).count();
        const timespec timeout{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
        const int got = ::sigtimedwait(&set_, nullptr, &timeout);
        return got > 0 ? got : 0;
    }

    /// What was blocked before; a child that is started gets it.
    [[nodiscard]] const sigset_t& before() const noexcept { return before_; }

private:
    sigset_t set_{};
    sigset_t before_{};
};

}  // namespace weft::trace_tool
