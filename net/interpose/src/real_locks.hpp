// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The functions of libc and libstdc++ behind the locks of this layer; see real.hpp.

#include <cxxabi.h>
#include <pthread.h>
#include <semaphore.h>
#include <threads.h>

#include "real.hpp"

namespace weft::interpose {

/// Invariants: those of real_functions; what is called while the table is being filled does
/// nothing and succeeds, as there is only one thread by then.
struct real_lock_functions {
    pointer_to<&::pthread_mutex_lock> mutex_lock;
    pointer_to<&::pthread_mutex_trylock> mutex_trylock;
    pointer_to<&::pthread_mutex_timedlock> mutex_timedlock;
    pointer_to<&::pthread_mutex_clocklock> mutex_clocklock;
    pointer_to<&::pthread_mutex_unlock> mutex_unlock;
    pointer_to<&::pthread_rwlock_rdlock> rwlock_rdlock;
    pointer_to<&::pthread_rwlock_wrlock> rwlock_wrlock;
    pointer_to<&::pthread_rwlock_tryrdlock> rwlock_tryrdlock;
    pointer_to<&::pthread_rwlock_trywrlock> rwlock_trywrlock;
    pointer_to<&::pthread_rwlock_timedrdlock> rwlock_timedrdlock;
    pointer_to<&::pthread_rwlock_timedwrlock> rwlock_timedwrlock;
    pointer_to<&::pthread_rwlock_clockrdlock> rwlock_clockrdlock;
    pointer_to<&::pthread_rwlock_clockwrlock> rwlock_clockwrlock;
    pointer_to<&::pthread_rwlock_unlock> rwlock_unlock;
    pointer_to<&::pthread_cond_wait> cond_wait;
    pointer_to<&::pthread_cond_timedwait> cond_timedwait;
    pointer_to<&::pthread_cond_clockwait> cond_clockwait;
    pointer_to<&::pthread_cond_signal> cond_signal;
    pointer_to<&::pthread_cond_broadcast> cond_broadcast;
    pointer_to<&::pthread_once> once;
    pointer_to<&::sem_wait> semaphore_wait;
    pointer_to<&::sem_trywait> semaphore_trywait;
    pointer_to<&::sem_timedwait> semaphore_timedwait;
    pointer_to<&::sem_clockwait> semaphore_clockwait;
    pointer_to<&::sem_post> semaphore_post;
    pointer_to<&::pthread_join> join;
    pointer_to<&::pthread_tryjoin_np> try_join;
    pointer_to<&::pthread_timedjoin_np> timed_join;
    pointer_to<&::pthread_clockjoin_np> clock_join;
    pointer_to<&abi::__cxa_guard_acquire> guard_acquire;
    pointer_to<&abi::__cxa_guard_release> guard_release;
    pointer_to<&abi::__cxa_guard_abort> guard_abort;
};

[[gnu::visibility("hidden")]] extern constinit real_lock_functions real_locks;

}  // namespace weft::interpose
