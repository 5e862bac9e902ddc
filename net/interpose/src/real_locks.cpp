// SPDX-License-Identifier: BSL-1.0
#include "real_locks.hpp"

#include "look_up.hpp"

#include <utility>

namespace weft::interpose {

namespace {

constinit bool looking_up = false;  // at start, when there is one thread

void look_up_real_locks() noexcept;

/// What each pointer is at first. dlsym() may come back here by way of a replaced malloc().
template <auto member>
struct looked_up_first {
    template <class Result, class... Arguments>
    constexpr operator function_pointer<Result, Arguments...>() const {
        return +[](Arguments... given) -> Result {
            if (looking_up) {
                return Result();
            }
            look_up_real_locks();
            return (real_locks.*member)(given...);
        };
    }
};

}  // namespace

constinit real_lock_functions real_locks = {
    .mutex_lock = looked_up_first<&real_lock_functions::mutex_lock>(),
    .mutex_trylock = looked_up_first<&real_lock_functions::mutex_trylock>(),
    .mutex_timedlock = looked_up_first<&real_lock_functions::mutex_timedlock>(),
    .mutex_clocklock = looked_up_first<&real_lock_functions::mutex_clocklock>(),
    .mutex_unlock = looked_up_first<&real_lock_functions::mutex_unlock>(),
    .rwlock_rdlock = looked_up_first<&real_lock_functions::rwlock_rdlock>(),
    .rwlock_wrlock = looked_up_first<&real_lock_functions::rwlock_wrlock>(),
    .rwlock_tryrdlock = looked_up_first<&real_lock_functions::rwlock_tryrdlock>(),
    .rwlock_trywrlock = looked_up_first<&real_lock_functions::rwlock_trywrlock>(),
    .rwlock_timedrdlock = looked_up_first<&real_lock_functions::rwlock_timedrdlock>(),
    .rwlock_timedwrlock = looked_up_first<&real_lock_functions::rwlock_timedwrlock>(),
    .rwlock_clockrdlock = looked_up_first<&real_lock_functions::rwlock_clockrdlock>(),
    .rwlock_clockwrlock = looked_up_first<&real_lock_functions::rwlock_clockwrlock>(),
    .rwlock_unlock = looked_up_first<&real_lock_functions::rwlock_unlock>(),
    .cond_wait = looked_up_first<&real_lock_functions::cond_wait>(),
    .cond_timedwait = looked_up_first<&real_lock_functions::cond_timedwait>(),
    .cond_clockwait = looked_up_first<&real_lock_functions::cond_clockwait>(),
    .cond_signal = looked_up_first<&real_lock_functions::cond_signal>(),
    .cond_broadcast = looked_up_first<&real_lock_functions::cond_broadcast>(),
    .once = looked_up_first<&real_lock_functions::once>(),
    .semaphore_wait = looked_up_first<&real_lock_functions::semaphore_wait>(),
    .semaphore_trywait = looked_up_first<&real_lock_functions::semaphore_trywait>(),
    .semaphore_timedwait = looked_up_first<&real_lock_functions::semaphore_timedwait>(),
    .semaphore_clockwait = looked_up_first<&real_lock_functions::semaphore_clockwait>(),
    .semaphore_post = looked_up_first<&real_lock_functions::semaphore_post>(),
    .join = looked_up_first<&real_lock_functions::join>(),
    .try_join = looked_up_first<&real_lock_functions::try_join>(),
    .timed_join = looked_up_first<&real_lock_functions::timed_join>(),
    .clock_join = looked_up_first<&real_lock_functions::clock_join>(),
    .guard_acquire = looked_up_first<&real_lock_functions::guard_acquire>(),
    .guard_release = looked_up_first<&real_lock_functions::guard_release>(),
    .guard_abort = looked_up_first<&real_lock_functions::guard_abort>(),
};

namespace {

void look_up_all() noexcept {
    look_up(real_locks.mutex_lock, "pthread_mutex_lock");
    look_up(real_locks.mutex_trylock, "pthread_mutex_trylock");
    look_up(real_locks.mutex_timedlock, "pthread_mutex_timedlock");
    look_up(real_locks.mutex_clocklock, "pthread_mutex_clocklock");
    look_up(real_locks.mutex_unlock, "pthread_mutex_unlock");
    look_up(real_locks.rwlock_rdlock, "pthread_rwlock_rdlock");
    look_up(real_locks.rwlock_wrlock, "pthread_rwlock_wrlock");
    look_up(real_locks.rwlock_tryrdlock, "pthread_rwlock_tryrdlock");
    look_up(real_locks.rwlock_trywrlock, "pthread_rwlock_trywrlock");
    look_up(real_locks.rwlock_timedrdlock, "pthread_rwlock_timedrdlock");
    look_up(real_locks.rwlock_timedwrlock, "pthread_rwlock_timedwrlock");
    look_up(real_locks.rwlock_clockrdlock, "pthread_rwlock_clockrdlock");
    look_up(real_locks.rwlock_clockwrlock, "pthread_rwlock_clockwrlock");
    look_up(real_locks.rwlock_unlock, "pthread_rwlock_unlock");
    look_up(real_locks.cond_wait, "pthread_cond_wait", "GLIBC_2.3.2");
    look_up(real_locks.cond_timedwait, "pthread_cond_timedwait", "GLIBC_2.3.2");
    look_up(real_locks.cond_clockwait, "pthread_cond_clockwait");
    look_up(real_locks.cond_signal, "pthread_cond_signal", "GLIBC_2.3.2");
    look_up(real_locks.cond_broadcast, "pthread_cond_broadcast", "GLIBC_2.3.2");
    look_up(real_locks.once, "pthread_once");
    look_up(real_locks.semaphore_wait, "sem_wait");
    look_up(real_locks.semaphore_trywait, "sem_trywait");
    look_up(real_locks.semaphore_timedwait, "sem_timedwait");
    look_up(real_locks.semaphore_clockwait, "sem_clockwait");
    look_up(real_locks.semaphore_post, "sem_post");
    look_up(real_locks.join, "pthread_join");
    look_up(real_locks.try_join, "pthread_tryjoin_np");
    look_up(real_locks.timed_join, "pthread_timedjoin_np");
    look_up(real_locks.clock_join, "pthread_clockjoin_np");
    look_up(real_locks.guard_acquire, "__cxa_guard_acquire");
    look_up(real_locks.guard_release, "__cxa_guard_release");
    look_up(real_locks.guard_abort, "__cxa_guard_abort");
}

[[gnu::constructor(101)]] void look_up_real_locks() noexcept {
    looking_up = true;
    look_up_all();
    looking_up = false;
}

}  // namespace

}  // namespace weft::interpose
