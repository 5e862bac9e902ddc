// SPDX-License-Identifier: BSL-1.0

// pthread_cond_*. Threads wait in libc, fibers in a line of this layer; a signal goes to one of
// each, which POSIX allows: a wait may end without one.

#include <weft/scope.hpp>

#include "c11_result.hpp"
#include "held_locks.hpp"
#include "lock_wait.hpp"
#include "mutex.hpp"
#include "real_locks.hpp"

namespace weft::interpose {

namespace {

// Source: glibc, nptl/pthread_cond_common.c; part of the ABI, as processes share conditions.
clockid_t clock_of(const pthread_cond_t& condition) noexcept {
    constexpr unsigned monotonic = 2;
    return (condition.__data.__wrefs & monotonic) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

pthread_cond_t* posix(cnd_t* condition) noexcept {
    return reinterpret_cast<pthread_cond_t*>(condition);
}

void let_others_run() {
    cancel_scope scope;
    scope.set_shield(true);
    scope.run([] { this_fiber::yield(); });
}

/// The wait itself, without the mutex.
int wait_in_line(waiting_place& place, clock::time_point deadline) {
    note_wait();
    const int result = lock_call([&] {
        place.wait(deadline);
        return place.chosen() ? 0 : ETIMEDOUT;
    });
    if (result != 0) {
        // Many callers look at nothing but what they wait for, and call again at once: a cancelled
        // one must leave the others the time to bring it about.
        let_others_run();
    }
    return result;
}

int wait_until(pthread_cond_t* condition, pthread_mutex_t* mutex, clock::time_point deadline) {
    int result = 0;
    {
        waiting_place place(condition);  // before the mutex is free: no signal is missed
        if (const int refused = unlock(*mutex); refused != 0) {
            return refused;
        }
        result = wait_in_line(place, deadline);
    }
    const int locked = noted(lock_on_fiber(*mutex), mutex, __builtin_return_address(0));
    return locked != 0 ? locked : result;
}

int wait_with_limit(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t source,
                    const timespec* limit) {
    const int result = lock_call([&] {
        const auto deadline = deadline_of(source, limit);
        return deadline ? wait_until(condition, mutex, *deadline) : EINVAL;
    });
    leave_if_cancelled();
    return result;
}

int wait_without_limit(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    const int result = lock_call([&] { return wait_until(condition, mutex, never); });
    leave_if_cancelled();
    return result;
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    return on_fiber() ? wait_without_limit(condition, mutex)
                      : real_locks.cond_wait(condition, mutex);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* limit) {
    return on_fiber() ? wait_with_limit(condition, mutex, clock_of(*condition), limit)
                      : real_locks.cond_timedwait(condition, mutex, limit);
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t source,
                           const timespec* limit) {
    return on_fiber() ? wait_with_limit(condition, mutex, source, limit)
                      : real_locks.cond_clockwait(condition, mutex, source, limit);
}

int pthread_cond_signal(pthread_cond_t* condition) noexcept {
    choose_first(condition);
    return real_locks.cond_signal(condition);
}

int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
    choose_all(condition);
    return real_locks.cond_broadcast(condition);
}

int cnd_wait(cnd_t* condition, mtx_t* mutex) {
    return c11_result(pthread_cond_wait(posix(condition), posix(mutex)));
}

int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* limit) {
    return c11_result(pthread_cond_timedwait(posix(condition), posix(mutex), limit));
}

int cnd_signal(cnd_t* condition) {
    return c11_result(pthread_cond_signal(posix(condition)));
}

int cnd_broadcast(cnd_t* condition) {
    return c11_result(pthread_cond_broadcast(posix(condition)));
}

}  // extern "C"
