// SPDX-License-Identifier: BSL-1.0
#include "fiber_algorithm.hpp"

#include <weft/detail/deadline.hpp>

#include "announced_switch.hpp"
#include "own_fiber.hpp"
#include "scheduler.hpp"

#include <boost/fiber/scheduler.hpp>

#include <cxxabi.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

namespace weft::detail {

namespace bf = boost::fibers;

namespace {

thread_local const fiber_algorithm* installed = nullptr;

}  // namespace

bool fiber_algorithm::may_be_installed_in(const bf::context& context) noexcept {
    return context.is_context(bf::type::main_context) ||
           (installed != nullptr && installed->left_behind());
}

fiber_algorithm::fiber_algorithm(scheduler& home, bf::context& main)
    : home_(home),
      main_(&main),
      running_(&main),
      exceptions_(reinterpret_cast<exception_globals*>(abi::__cxa_get_globals())),
      errno_(&errno),
      queue_(ring_, home.options().order_seed),
      adopted_(home),
      loop_(home, 0, stack{}, std::source_location{}),
      until_turn_(scheduler::switches_per_turn) {
    installed = this;
    home.root().context = &main;
    loop_.state = fiber_state::parked;
    home.trace().enter(loop_);
    until_.home = &home;
    until_.expired = [](timer& due) noexcept { static_cast<limit&>(due).home->nudge(); };
}

fiber_algorithm::~fiber_algorithm() {
    if (!retreating_ && !left_behind()) {
        std::fputs("weft: use_scheduling_algorithm() replaced weft's algorithm during a runtime\n",
                   stderr);
        std::abort();
    }
    if (installed == this) {
        installed = nullptr;
    }
}

void fiber_algorithm::reserve() {
    queue_.reserve(home_.alive().count + 2);  // the root fiber and the new one
}

fiber& fiber_algorithm::fiber_of(bf::context& context) {
    if (&context == main_) {
        return home_.root();
    }
    if (fiber* own = own_link::behind(context.get_properties())) {
        return *own;
    }
    return adopted_.of(context);
}

void fiber_algorithm::awakened(bf::context* context) noexcept {
    if (context->is_context(bf::type::dispatcher_context)) {
        dispatcher_ = context;
        return;
    }
    if (left_behind()) {
        main_ready_ |= context == main_;
        return;
    }
    if (bf::context::active() != running_) [[unlikely]] {
        notice_dispatch();
    }
    fiber& able = context == left_ ? *left_fiber_ : fiber_of(*context);
    if (able.task == nullptr || able.state != fiber_state::created) {
        able.move_to(fiber_state::ready);  // a new task does so when all has succeeded
        home_.trace().ready(able);
    }
    reserve();
    ring_.push(able);
}

/// The launcher of the running context has left without a call of pick_next().
void fiber_algorithm::notice_dispatch() noexcept {
    leave();
    fiber& started = fiber_of(*bf::context::active());
    started.move_to(fiber_state::ready);
    enter(started);
}

/// The running fiber is about to leave the processor.
void fiber_algorithm::leave() noexcept {
    fiber& leaving = *current_fiber;
    leaving.saved_errno = *errno_;
    leaving.exceptions = *exceptions_;
    if (leaving.state == fiber_state::running) {
        leaving.reason = wait_reason::boost_fiber;
        leaving.wait_object = nullptr;
        leaving.abort = nullptr;
        leaving.move_to(fiber_state::parked);
        home_.trace().parked(leaving);
    }
}

bf::context* fiber_algorithm::enter(fiber& next) noexcept {
    left_ = nullptr;
    if (&next != &loop_) {
        left_ = running_;
        left_fiber_ = current_fiber;
        next.move_to(fiber_state::running);
        home_.trace().running(*current_fiber, next, ring_.size());
    }
    annotate::announce_switch(next);
    current_fiber = &next;
    if constexpr (!context_keeps_exceptions) {
        *exceptions_ = next.exceptions;
    }
    *errno_ = next.saved_errno;
    running_ = static_cast<bf::context*>(next.context);
    return running_;
}

bf::context* fiber_algorithm::pick_next() noexcept {
    if (retreating_) {
        return hand_over();
    }
    if (left_behind()) {
        return without_runtime();
    }
    const bool in_loop = current_fiber == &loop_;
    if (in_loop && until_turn_ == 0) {
        until_turn_ = home_.turn();
    }
    if (ring_.empty() || until_turn_ == 0) {
        if (in_loop) {
            return nullptr;  // suspend_until() comes next
        }
        leave();
        home_.trace().left_for_loop(*current_fiber);
        loop_.context = dispatcher_;
        loop_.memory = stack_below(*dispatcher_);
        return enter(loop_);
    }
    --until_turn_;
    leave();
    queue_.set_mark(1);
    return enter(ring_.pop());
}

/// Whether run() has ended without waiting for its fibers, or this is the child of a fork().
bool fiber_algorithm::left_behind() const noexcept {
    return current_fiber == nullptr || current_fiber->home != &home_;
}

/// Of what was left behind, only the thread's main fiber goes on. The end of the thread would wait
/// for the others, therefore Boost.Fiber forgets them.
bf::context* fiber_algorithm::without_runtime() noexcept {
    fiber* const first = std::exchange(forgotten_, true) ? nullptr : home_.alive().first;
    for (fiber* each = first; each != nullptr; each = each->next_alive) {
        const bool has_context = each->on_stack || each->task == nullptr;  // its own, or adopted
        auto* context = static_cast<bf::context*>(each->context);
        if (has_context && context != nullptr && context->worker_is_linked()) {
            context->worker_unlink();
        }
    }
    if (std::exchange(main_ready_, false)) {
        return main_;
    }
    return std::exchange(dispatcher_, nullptr);
}

bool fiber_algorithm::has_ready_fibers() const noexcept {
    if (left_behind() && !retreating_) {
        return main_ready_ || dispatcher_ != nullptr;
    }
    return !ring_.empty() || (retreating_ && dispatcher_ != nullptr);
}

/// For the algorithm that takes over: one after the other, and nobody runs in between.
bf::context* fiber_algorithm::hand_over() noexcept {
    if (!ring_.empty()) {
        return static_cast<bf::context*>(ring_.pop().context);
    }
    return std::exchange(dispatcher_, nullptr);
}

void fiber_algorithm::suspend_until(std::chrono::steady_clock::time_point const& until) noexcept {
    if (left_behind()) {
        std::unique_lock lock(outside_);
        notified_.wait_until(lock, until, [this] { return std::exchange(was_notified_, false); });
        return;
    }
    queue_.rewind();
    until_turn_ = scheduler::switches_per_turn;
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= left.zero()) {
        home_.turn();
        return;
    }
    try {
        if (until != std::chrono::steady_clock::time_point::max()) {
            home_.timers().arm(until_, after_now(left));
        }
        home_.idle_turn();
    } catch (const std::bad_alloc&) {
        home_.turn();  // without a limit it could wait too long
    }
    home_.timers().disarm(until_);
}

void fiber_algorithm::notify() noexcept {
    {
        const std::scoped_lock lock(outside_);
        was_notified_ = true;
    }
    notified_.notify_one();
    home_.nudge();
}

void fiber_algorithm::begin_retreat() noexcept {
    current_fiber = &home_.root();
}

void fiber_algorithm::end_retreat() noexcept {
    retreating_ = true;
    current_fiber = nullptr;
    annotate::settle_switch();
}

}  // namespace weft::detail
