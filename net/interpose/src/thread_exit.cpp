// SPDX-License-Identifier: BSL-1.0

// pthread_exit, pthread_cancel and its kin, pthread_cleanup_push, for threads that are fibers.
//
// As in libc a thread is left by forced unwinding, which runs destructors of C++ and, frame by
// frame, what pthread_cleanup_push() has noted.

#include "fiber_call.hpp"
#include "fiber_thread.hpp"
#include "real_threads.hpp"

#include <setjmp.h>
#include <unwind.h>

#include <cstdio>
#include <cstdlib>

namespace weft::interpose {

namespace {

[[noreturn]] void jump_to_cleanup(__pthread_unwind_buf_t& cleanup) {
    // Both begin with the registers; no signal mask was saved.
    ::longjmp(reinterpret_cast<__jmp_buf_tag*>(cleanup.__cancel_jmp_buf), 1);
}

/// Called before each frame is left. The frame that holds a clean-up, or the end of the thread,
/// is left once the next outer one is reached.
_Unwind_Reason_Code before_frame(int, _Unwind_Action actions, _Unwind_Exception_Class,
                                 _Unwind_Exception*, _Unwind_Context* frame, void* given) {
    fiber_thread& self = *static_cast<fiber_thread*>(given);
    const bool at_end = (actions & _UA_END_OF_STACK) != 0;
    const auto reached = static_cast<std::uintptr_t>(_Unwind_GetCFA(frame));
    const auto is_left = [&](const void* address) {
        return at_end || reached > reinterpret_cast<std::uintptr_t>(address);
    };
    if (self.cleanup != nullptr && is_left(self.cleanup)) {
        auto& innermost = *self.cleanup;
        self.cleanup = static_cast<__pthread_unwind_buf_t*>(innermost.__pad[0]);
        jump_to_cleanup(innermost);
    }
    if (is_left(self.end)) {
        __builtin_longjmp(self.end, 1);
    }
    return _URC_NO_REASON;
}

void not_rethrown(_Unwind_Reason_Code, _Unwind_Exception*) {
    std::fputs("weft: the end of a thread was caught and not thrown again\n", stderr);
    std::abort();
}

[[noreturn]] void unwind(fiber_thread& self) {
    self.unwinding = {};
    self.unwinding.exception_cleanup = &not_rethrown;
    _Unwind_ForcedUnwind(&self.unwinding, &before_frame, &self);
    std::abort();
}

bool must_leave(const fiber_thread* self) noexcept {
    return self != nullptr && self->cancel_requested && self->can_be_cancelled && !self->leaving;
}

int exchange_state(bool& state, int wanted, int* before) noexcept {
    if (wanted != PTHREAD_CANCEL_ENABLE && wanted != PTHREAD_CANCEL_DISABLE) {
        return EINVAL;
    }
    if (before != nullptr) {
        *before = state ? PTHREAD_CANCEL_ENABLE : PTHREAD_CANCEL_DISABLE;
    }
    state = wanted == PTHREAD_CANCEL_ENABLE;
    return 0;
}

}  // namespace

void leave_thread(fiber_thread& self, void* result) {
    self.result = result;
    self.leaving = true;
    unwind(self);
}

void end_wait_of_cancelled(fiber_thread& thread) {
    const bool sees_it = thread.began && thread.can_be_cancelled && !thread.leaving;
    if (sees_it && thread.fiber.valid() && is_fiber()) {
        thread.fiber.cancel("pthread_cancel");
    }
}

bool ignores_cancellation() noexcept {
    const fiber_thread* const self = threads_are_fibers() ? this_fiber_thread() : nullptr;
    return self != nullptr && (self->leaving || !self->can_be_cancelled);
}

bool is_ignored_cancellation() noexcept {
    if (!ignores_cancellation()) {
        return false;
    }
    try {
        throw;
    } catch (const cancelled&) {
        return true;
    } catch (...) {
        return false;
    }
}

void leave_if_cancelled() {
    if (!threads_are_fibers()) {
        return;
    }
    if (fiber_thread* const self = this_fiber_thread(); must_leave(self)) {
        leave_thread(*self, PTHREAD_CANCELED);
    }
}

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

void pthread_exit(void* result) {
    if (fiber_thread* const self = this_fiber_thread(); self != nullptr) {
        leave_thread(*self, result);
    }
    real_threads.exit(result);
    std::abort();
}

void thrd_exit(int result) {
    ::pthread_exit(reinterpret_cast<void*>(static_cast<std::intptr_t>(result)));
}

int pthread_cancel(pthread_t thread) {
    const auto target = find_fiber_thread(thread);
    if (target == nullptr) {
        return real_threads.cancel(thread);
    }
    target->cancel_requested = true;
    end_wait_of_cancelled(*target);
    return 0;
}

int pthread_setcancelstate(int state, int* before) {
    fiber_thread* const self = this_fiber_thread();
    if (self == nullptr) {
        return real_threads.set_cancel_state(state, before);
    }
    const int error = exchange_state(self->can_be_cancelled, state, before);
    if (self->cancel_requested) {
        end_wait_of_cancelled(*self);
    }
    return error;
}

int pthread_setcanceltype(int type, int* before) {
    fiber_thread* const self = this_fiber_thread();
    if (self == nullptr) {
        return real_threads.set_cancel_type(type, before);
    }
    if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS) {
        return EINVAL;
    }
    if (before != nullptr) {
        *before = self->cancel_type;
    }
    self->cancel_type = type;
    return 0;
}

void pthread_testcancel() {
    if (fiber_thread* const self = this_fiber_thread(); self == nullptr) {
        real_threads.test_cancel();
    } else if (must_leave(self)) {
        leave_thread(*self, PTHREAD_CANCELED);
    }
}

void __pthread_register_cancel(__pthread_unwind_buf_t* cleanup) noexcept {
    if (fiber_thread* const self = this_fiber_thread(); self != nullptr) {
        cleanup->__pad[0] = self->cleanup;
        self->cleanup = cleanup;
    } else {
        real_threads.register_cleanup(cleanup);
    }
}

void __pthread_unregister_cancel(__pthread_unwind_buf_t* cleanup) noexcept {
    if (fiber_thread* const self = this_fiber_thread(); self != nullptr) {
        self->cleanup = static_cast<__pthread_unwind_buf_t*>(cleanup->__pad[0]);
    } else {
        real_threads.unregister_cleanup(cleanup);
    }
}

void __pthread_unwind_next(__pthread_unwind_buf_t* cleanup) {
    if (fiber_thread* const self = this_fiber_thread(); self != nullptr) {
        leave_thread(*self, self->result);
    }
    real_threads.unwind_next(cleanup);
}

}  // extern "C"
