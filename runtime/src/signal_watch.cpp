// SPDX-License-Identifier: BSL-1.0
#include "signal_watch.hpp"

#include "id_source.hpp"
#include "scheduler.hpp"

#include <atomic>

namespace weft::detail {

namespace {

// Written by handlers on the same thread.
constinit thread_local std::atomic<void (*)() noexcept> to_be_told{nullptr};

// Not by way of the main fiber, which may just have ended.
constinit thread_local scheduler* loop_of_main = nullptr;

}  // namespace

constinit thread_local fiber* main_fiber = nullptr;

void watch_signals_for(fiber* main, scheduler& home) noexcept {
    loop_of_main = &home;
    main_fiber = main;
}

void tell_loop(void (*told)() noexcept) noexcept {
    to_be_told.store(told, std::memory_order_release);
    loop_of_main->nudge();
}

void take_told() noexcept {
    if (to_be_told.load(std::memory_order_relaxed) != nullptr) [[unlikely]] {
        to_be_told.exchange(nullptr, std::memory_order_acquire)();
    }
}

bool end_wait(fiber& waiting) noexcept {
    if (waiting.state != fiber_state::parked) {
        return false;
    }
    if (waiting.abort != nullptr) {
        waiting.cancelled_by = next_id();
        waiting.end_wait();
    }
    return true;
}

}  // namespace weft::detail
