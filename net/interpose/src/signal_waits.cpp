// SPDX-License-Identifier: BSL-1.0
#include "signal_waits.hpp"

#include "fiber_thread.hpp"
#include "pool_call.hpp"

namespace weft::interpose {

namespace {

constinit thread_local handled_signals signals_of_main;

constinit thread_local std::atomic<bool> sent_to_fibers{false};
constinit thread_local std::atomic<bool> ever_sent_to_fibers{false};

void end_waits() noexcept {
    bool all = signals_of_main.end_wait(weft::detail::main_fiber);
    if (sent_to_fibers.exchange(false, std::memory_order_relaxed) && threads_are_fibers()) {
        if (!for_each_fiber_thread([](fiber_thread& each) { return each.signals.end_wait(); })) {
            sent_to_fibers.store(true, std::memory_order_relaxed);
            all = false;
        }
    }
    if (!all && weft::detail::main_fiber != nullptr) {
        weft::detail::tell_loop(&end_waits);
    }
}

}  // namespace

constinit thread_local handled_signals* signals_sent_to = nullptr;

handled_signals* signals_of_this_fiber() noexcept {
    if (weft::detail::current_fiber == weft::detail::main_fiber) {
        return is_fiber() ? &signals_of_main : nullptr;
    }
    fiber_thread* const self = threads_are_fibers() ? this_fiber_thread() : nullptr;
    return self != nullptr ? &self->signals : nullptr;
}

void note_call_begins() noexcept {
    const bool is_main = weft::detail::current_fiber == weft::detail::main_fiber;
    if (!is_main && !ever_sent_to_fibers.load(std::memory_order_relaxed)) {
        return;
    }
    if (handled_signals* const mine = signals_of_this_fiber(); mine != nullptr) {
        mine->begin_call();
    }
}

void note_handler(bool restarts) noexcept {
    if (weft::detail::main_fiber == nullptr || in_vfork_child()) {
        return;
    }
    if (signals_sent_to != nullptr) {
        signals_sent_to->note(restarts);
        sent_to_fibers.store(true, std::memory_order_relaxed);
        ever_sent_to_fibers.store(true, std::memory_order_relaxed);
    } else {
        signals_of_main.note(restarts);
    }
    weft::detail::tell_loop(&end_waits);
}

bool handled_signals::ends(after_handler then) const noexcept {
    return interrupting_.load(std::memory_order_relaxed) != interrupting_before_ ||
           (then == after_handler::ends &&
            restarting_.load(std::memory_order_relaxed) != restarting_before_);
}

bool handled_signals::end_wait(const weft::detail::fiber* of) noexcept {
    if (waiting_ == nullptr || waiting_->fiber_ != of || waiting_->ended_ ||
        !ends(waiting_->then_)) {
        return true;
    }
    if (waiting_->on_pool_ != nullptr) {
        tell_pool(*waiting_->on_pool_);
        return true;
    }
    waiting_->ended_ = weft::detail::end_wait(*waiting_->fiber_);
    return waiting_->ended_;
}

handled_signals::wait::wait(handled_signals& of, after_handler then) : of_(of), then_(then) {
    if (of.ends(then)) {
        throw interrupted_by_handler();
    }
    of.waiting_ = this;
}

handled_signals::wait::wait(handled_signals& of, pool_call& made) noexcept
    : of_(of), then_(after_handler::goes_on), on_pool_(&made) {
    of.waiting_ = this;
    if (of.ends(then_)) {
        of.tell_pool(made);
    }
}

void handled_signals::tell_pool(pool_call& made) noexcept {
    begin_call();  // each handler counts once
    made.interrupt();
}

void handled_signals::wait::throw_if_interrupted() const {
    if (ended_) {
        this_fiber::check_cancelled();  // a real cancellation goes first
        throw interrupted_by_handler();
    }
}

mask_meanwhile::mask_meanwhile(const sigset_t& wanted, bool changes) noexcept : changes_(changes) {
    if (changes_) {
        ::pthread_sigmask(SIG_SETMASK, &wanted, &before_);
    }
}

mask_meanwhile::~mask_meanwhile() {
    if (changes_) {
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
}

}  // namespace weft::interpose
