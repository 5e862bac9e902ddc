// SPDX-License-Identifier: BSL-1.0
#include "engine/native_engine.hpp"

#include "engine/context_jump.hpp"
#include "engine/switch_annotations.hpp"
#include "scheduler.hpp"

#include <cxxabi.h>
#include <cerrno>
#include <cstring>

namespace weft::detail {

namespace fcontext = boost::context::detail;

namespace {

/// The exception globals of this thread.
///
/// The C++ runtime keeps the exceptions being handled and the count of those in flight per
/// thread. Boost.Context before 1.88 switches stacks and leaves them: a `throw;` after a switch
/// inside a catch block would rethrow the exception of another fiber. Therefore each switch saves
/// and restores them. The layout is fixed by the ABI.
/// Source: Itanium C++ ABI, Exception Handling, section 2.2.2; boostorg/context#281.
exception_globals& thread_exceptions() noexcept {
    return *reinterpret_cast<exception_globals*>(abi::__cxa_get_globals());
}

/// First on the new stack: completes the switch for the fiber that was left.
[[gnu::no_sanitize_thread, gnu::always_inline]] inline void arrive(fcontext::transfer_t from,
                                                                   void* fake_stack) noexcept {
    annotate::finish_switch(fake_stack);
    auto& left = *static_cast<fiber*>(from.data);
    left.context = from.fctx;
    if (left.state == fiber_state::finished) [[unlikely]] {
        left.home->recycle(left);
    }
}

}  // namespace

native_engine::native_engine(std::uint64_t order_seed)
    : ready_(order_seed),
      until_turn_(scheduler::switches_per_turn),
      thread_exceptions_(&thread_exceptions()),
      thread_errno_(&errno) {}

void native_engine::start(fiber& created) {
    ready_.reserve(created.home->alive().count + 1);  // and the root fiber
    annotate::created(created);
    const auto size = static_cast<std::size_t>(created.storage - created.memory.low);
    created.context = fcontext::make_fcontext(created.storage, size, &native_engine::enter);
    ready_.push(created);
}

void native_engine::make_ready(fiber& woken) noexcept {
    ready_.push(woken);
}

/// The fiber whose turn it is; waits until there is one.
[[gnu::no_sanitize_thread, gnu::always_inline]] inline fiber& native_engine::next_ready(
    fiber& current) noexcept {
    if (--until_turn_ == 0 || ready_.empty()) [[unlikely]] {
        let_time_pass(current);
    }
    return ready_.pop();
}

[[gnu::noinline]] void native_engine::let_time_pass(fiber& current) noexcept {
    scheduler& home = *current.home;
    current.exceptions = *thread_exceptions_;  // the loop asks whether a parked fiber unwinds
    until_turn_ = until_turn_ == 0 ? home.turn() : until_turn_;
    while (ready_.empty()) {
        home.idle_turn();
        until_turn_ = scheduler::switches_per_turn;
    }
}

// What follows is not instrumented by ThreadSanitizer, see switch_annotations.hpp.

[[gnu::no_sanitize_thread, gnu::always_inline]] inline void native_engine::switch_to(
    fiber& from, fiber& to) noexcept {
    // As blocks: two moves each instead of four.
    std::memcpy(&from.exceptions, thread_exceptions_, sizeof(exception_globals));
    std::memcpy(thread_exceptions_, &to.exceptions, sizeof(exception_globals));
    current_fiber = &to;
    void* fake_stack = nullptr;
    annotate::start_switch(from, to, &fake_stack);
    arrive(jump_to(to.context, &from), fake_stack);
}

[[gnu::no_sanitize_thread, gnu::always_inline]] inline void native_engine::run_others(
    fiber& current) noexcept {
    current.saved_errno = *thread_errno_;
    fiber& next = next_ready(current);
    next.move_to(fiber_state::running);
    current.home->trace().emit(trace_event::running, &next);
    if (&next != &current) {
        switch_to(current, next);
    }
    *thread_errno_ = current.saved_errno;
}

[[gnu::no_sanitize_thread]] void native_engine::park(fiber& current) noexcept {
    run_others(current);
}

/// The outermost function of every fiber. It leaves from here and not from a function that it
/// calls, since a call that never returns would put the processor's return stack out of step.
[[gnu::no_sanitize_thread]] void native_engine::enter(fcontext::transfer_t from) noexcept {
    arrive(from, nullptr);
    fiber& self = *current_fiber;
    self.home->run_fiber(self);
    static_cast<native_engine&>(self.home->runs_on()).run_others(self);
    assertion_failed("a finished fiber does not run", __FILE__, __LINE__);
}

}  // namespace weft::detail
