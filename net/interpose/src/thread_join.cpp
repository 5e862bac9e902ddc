// SPDX-License-Identifier: BSL-1.0

// pthread_join and its kin. A fiber waits for another one by its event; for a thread of libc a
// thread of the pool waits.

#include "c11_result.hpp"
#include "fiber_call.hpp"
#include "fiber_thread.hpp"
#include "lock_wait.hpp"
#include "offload.hpp"
#include "real_locks.hpp"
#include "real_threads.hpp"

#include <cstdint>

namespace weft::interpose {

namespace {

/// Why the caller cannot join the thread; 0 if it can.
int why_not_joinable(const fiber_thread& target) noexcept {
    if (&target == this_fiber_thread()) {
        return EDEADLK;
    }
    return target.detached || target.being_joined ? EINVAL : 0;
}

/// Joins a thread that is a fiber, until the deadline.
int join_fiber(fiber_thread& target, void** result, clock::time_point deadline) noexcept {
    if (const int reason = why_not_joinable(target); reason != 0) {
        return reason;
    }
    target.being_joined = true;
    const int error = lock_call([&] {
        if (target.ended.is_set()) {
            return 0;
        }
        if (!is_fiber()) {
            target.ended.wait();
            return 0;
        }
        return move_on_at(deadline, [&] { target.ended.wait(); }) ? 0 : ETIMEDOUT;
    });
    target.being_joined = false;
    if (error != 0) {
        return error;
    }
    if (result != nullptr) {
        *result = target.result;
    }
    forget_fiber_thread(target);
    return 0;
}

template <class Join>
int join_on_pool(pthread_t thread, void** result, Join&& join) noexcept {
    return lock_call([&] {
        if (thread == real_threads.self()) {
            return EDEADLK;
        }
        const int at_once = real_locks.try_join(thread, result);
        return at_once != EBUSY ? at_once : offloaded(join);
    });
}

/// \param limit  null: none.
template <class Join>
int join(pthread_t thread, void** result, clockid_t source, const timespec* limit, Join real,
         const char* function = __builtin_FUNCTION()) {
    const bool fiber = on_fiber(function);
    if (const auto target = find_fiber_thread(thread); target != nullptr) {
        const auto deadline = limit != nullptr ? deadline_of(source, limit) : std::optional(never);
        const int error = deadline ? join_fiber(*target, result, *deadline) : EINVAL;
        leave_if_cancelled();
        return error;
    }
    return fiber ? join_on_pool(thread, result, real) : real();
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int pthread_join(pthread_t thread, void** result) {
    return join(thread, result, CLOCK_REALTIME, nullptr,
                [=] { return real_locks.join(thread, result); });
}

int pthread_tryjoin_np(pthread_t thread, void** result) noexcept {
    if (const auto target = find_fiber_thread(thread); target != nullptr) {
        if (const int reason = why_not_joinable(*target); reason != 0) {
            return reason;
        }
        return target->ended.is_set() ? join_fiber(*target, result, weft::never) : EBUSY;
    }
    return real_locks.try_join(thread, result);
}

int pthread_timedjoin_np(pthread_t thread, void** result, const timespec* limit) {
    return join(thread, result, CLOCK_REALTIME, limit,
                [=] { return real_locks.timed_join(thread, result, limit); });
}

int pthread_clockjoin_np(pthread_t thread, void** result, clockid_t source, const timespec* limit) {
    return join(thread, result, source, limit,
                [=] { return real_locks.clock_join(thread, result, source, limit); });
}

int thrd_join(thrd_t thread, int* result) {
    void* returned = nullptr;
    const int error = pthread_join(thread, &returned);
    if (result != nullptr) {
        *result = static_cast<int>(reinterpret_cast<std::intptr_t>(returned));
    }
    return c11_result(error);
}

}  // extern "C"
