// SPDX-License-Identifier: BSL-1.0
#include "debug/step_watch.hpp"

#include "loop_clock.hpp"

#include <algorithm>
#include <chrono>

namespace weft::detail {

step_watch::step_watch(clock::duration limit)
    : limit_(limit),
      pause_(std::max<clock::duration>(limit / 2, std::chrono::milliseconds(1))),
      loop_(::pthread_self()) {
    stack_capture::prepare();
    begin_watching(*this);
}

step_watch::~step_watch() {
    end_watching(*this);
}

void step_watch::begin() noexcept {
    began_.store(monotonic_now().time_since_epoch().count(), std::memory_order_relaxed);
    // Release pairs with look(): whoever sees the step sees when it began.
    step_.store(step_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

std::optional<slow_step> step_watch::end() noexcept {
    const auto step = step_.load(std::memory_order_relaxed);
    if (step % 2 == 0) {
        return std::nullopt;
    }
    step_.store(step + 1, std::memory_order_release);
    const auto took = monotonic_now().time_since_epoch() -
                      clock::duration(began_.load(std::memory_order_relaxed));
    if (took < limit_) {
        return std::nullopt;
    }
    slow_step slow{took, {}};
    try {
        if (captured_ == step) {
            slow.stack = stack_.lines();
        }
    } catch (...) {  // no memory for the stack: the step matters more
    }
    return slow;
}

void step_watch::capture(std::size_t skipped) noexcept {
    const auto step = step_.load(std::memory_order_relaxed);
    if (step == wanted_.load(std::memory_order_acquire) && captured_ != step) {
        stack_.take(skipped + 1);
        captured_ = step;
    }
}

/// Asks for the stack of a step that takes too long. Returns when to look again.
clock::duration step_watch::look() noexcept {
    const auto step = step_.load(std::memory_order_acquire);
    const clock::time_point began{clock::duration(began_.load(std::memory_order_relaxed))};
    const auto age = monotonic_now() - began;
    if (step % 2 == 0 || wanted_.load(std::memory_order_relaxed) == step) {
        return pause_;
    }
    if (age < limit_) {
        return std::min(limit_ - age, pause_);
    }
    wanted_.store(step, std::memory_order_release);
    loop_signal::send(loop_);
    return pause_;
}

}  // namespace weft::detail
