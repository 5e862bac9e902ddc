// SPDX-License-Identifier: BSL-1.0
#include "engine/native_engine.hpp"

#include "engine/native_switch.hpp"

#include <cxxabi.h>
#include <cerrno>

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

}  // namespace

constinit thread_local native_thread native_here;

native_engine::native_engine(std::uint64_t order_seed)
    : ready_(native_here.ready, order_seed), until_turn_(scheduler::switches_per_turn) {
    native_here.exceptions = &thread_exceptions();
    native_here.error_number = &errno;
}

void native_engine::start(fiber& created) {
    launch(created);
}

[[gnu::noinline]] void native_engine::let_time_pass(fiber& current) noexcept {
    scheduler& home = *current.home;
    current.exceptions = *native_here.exceptions;  // the loop asks whether a parked fiber unwinds
    if (native_here.ready.at_mark()) {
        until_turn_ -= until_mark_;
        until_turn_ = until_turn_ == 0 ? home.turn() : until_turn_;
    }
    while (native_here.ready.empty()) {
        ready_.rewind();
        home.idle_turn();
        until_turn_ = scheduler::switches_per_turn;
    }
    until_mark_ = ready_.set_mark(until_turn_);
}

// What follows is not instrumented by ThreadSanitizer, see switch_annotations.hpp.

[[gnu::no_sanitize_thread]] void native_engine::park(fiber& current) noexcept {
    switch_away(current);
}

/// The outermost function of every fiber. It leaves from here and not from a function that it
/// calls, since a call that never returns would put the processor's return stack out of step.
[[gnu::no_sanitize_thread]] void native_engine::enter(fcontext::transfer_t from) noexcept {
    arrive(from, nullptr);
    fiber& self = *current_fiber;
    self.home->run_fiber(self);
    static_cast<native_engine&>(self.home->runs_on()).switch_away(self);
    assertion_failed("a finished fiber does not run", __FILE__, __LINE__);
}

}  // namespace weft::detail
