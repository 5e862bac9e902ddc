// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The switch of the native engine, inlined into every function in which fibers wait: a call less,
/// and the compiler saves only the registers that such a function needs.
///
/// Not instrumented by ThreadSanitizer where it can be called, see switch_annotations.hpp.

#include "engine/context_jump.hpp"
#include "engine/native_engine.hpp"
#include "engine/switch_annotations.hpp"
#include "scheduler.hpp"

#include <cstring>

namespace weft::detail {

[[gnu::always_inline]] inline void native_engine::launch(fiber& created) {
    ready_.reserve(created.home->alive().count + 1);  // and the root fiber
    annotate::created(created);
    const auto size = static_cast<std::size_t>(created.storage - created.memory.low);
    created.context =
        boost::context::detail::make_fcontext(created.storage, size, &native_engine::enter);
    native_here.ready.push(created);
}

/// First on the new stack: completes the switch for the fiber that was left.
[[gnu::always_inline]] inline void native_engine::arrive(boost::context::detail::transfer_t from,
                                                         void* fake_stack) noexcept {
    annotate::finish_switch(fake_stack);
    auto& left = *static_cast<fiber*>(from.data);
    left.context = from.fctx;
    if (left.state == fiber_state::finished) [[unlikely]] {
        left.home->left(left);
    }
}

[[gnu::always_inline]] inline void native_engine::switch_to(fiber& from, fiber& to) noexcept {
    // As blocks: two moves each instead of four.
    exception_globals* const globals = native_here.exceptions;
    std::memcpy(&from.exceptions, globals, sizeof(exception_globals));
    std::memcpy(globals, &to.exceptions, sizeof(exception_globals));
    current_fiber = &to;
    void* fake_stack = nullptr;
    annotate::start_switch(from, to, &fake_stack);
    arrive(jump_to(to.context, &from), fake_stack);
}

[[gnu::always_inline]] inline void native_engine::switch_away(fiber& current) noexcept {
    current.saved_errno = *native_here.error_number;
    if (native_here.ready.at_mark() || native_here.ready.empty()) [[unlikely]] {
        let_time_pass(current);
    }
    fiber& next = native_here.ready.pop();
    next.move_to(fiber_state::running);
    current.home->trace().running(current, next, native_here.ready.size());
    if (&next != &current) [[likely]] {
        switch_to(current, next);
    }
    *native_here.error_number = current.saved_errno;
}

}  // namespace weft::detail
