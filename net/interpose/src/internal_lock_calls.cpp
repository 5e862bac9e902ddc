// SPDX-License-Identifier: BSL-1.0

// What weft's own code calls of the locks; see internal_calls.cpp.

#include "real_locks.hpp"

using weft::interpose::real_locks;

extern "C" {

int __wrap_pthread_mutex_lock(pthread_mutex_t* mutex) {
    return real_locks.mutex_lock(mutex);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t* mutex) {
    return real_locks.mutex_unlock(mutex);
}

int __wrap_pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                  clockid_t source, const timespec* limit) {
    return real_locks.cond_clockwait(condition, mutex, source, limit);
}

int __wrap_pthread_once(pthread_once_t* control, void (*routine)()) {
    return real_locks.once(control, routine);
}

int __wrap___cxa_guard_acquire(abi::__guard* guard) {
    return real_locks.guard_acquire(guard);
}

void __wrap___cxa_guard_release(abi::__guard* guard) {
    real_locks.guard_release(guard);
}

void __wrap___cxa_guard_abort(abi::__guard* guard) {
    real_locks.guard_abort(guard);
}

int __wrap_pthread_join(pthread_t thread, void** result) {
    return real_locks.join(thread, result);
}

}  // extern "C"
