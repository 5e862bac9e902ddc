// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

#include "debug/loop_signal.hpp"
#include "debug/stack_capture.hpp"
#include "debug/watch_thread.hpp"

#include <pthread.h>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weft::detail {

/// A step that took too long.
struct slow_step {
    clock::duration took;
    std::vector<std::string> stack;  // empty if it ended before anybody looked
};

/// Measures the steps of a loop, and has a thread look at the stack of one that takes long.
///
/// That thread cannot see the stack of another: it sends loop_signal, and the handler, on the
/// loop's thread, keeps the stack that it interrupted. If the program handles that signal itself,
/// steps are reported without stack.
/// Threads: begin() and end() on the loop's thread.
class step_watch final : private watched {
public:
    explicit step_watch(clock::duration limit);
    ~step_watch();
    step_watch(const step_watch&) = delete;
    step_watch& operator=(const step_watch&) = delete;

    void begin() noexcept;

    /// Returns the step if it was slow. Without a step, does nothing.
    std::optional<slow_step> end() noexcept;

    /// In the signal handler.
    void capture(std::size_t skipped) noexcept;

private:
    clock::duration look() noexcept override;

    const clock::duration limit_;
    const clock::duration pause_;  // between two looks
    const pthread_t loop_;
    std::atomic<std::uint64_t> step_{0};  // odd while there is one
    std::atomic<clock::rep> began_{0};
    std::atomic<std::uint64_t> wanted_{0};  // the step whose stack is asked for
    std::uint64_t captured_ = 0;            // the step whose stack is kept; loop's thread only
    stack_capture stack_;
    const loop_signal signal_;
};

}  // namespace weft::detail
