// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

#include <pthread.h>
#include <threads.h>

namespace weft::interpose {

/// pthread_mutex_lock() and pthread_mutex_timedlock() of a fiber: the fiber waits. Returns what
/// they do. \throws std::bad_alloc
int lock_on_fiber(pthread_mutex_t& mutex, clock::time_point deadline = never);

/// pthread_mutex_unlock() of a fiber or thread.
int unlock(pthread_mutex_t& mutex) noexcept;

/// In glibc the objects of C11 are those of POSIX.
[[nodiscard]] inline pthread_mutex_t* posix(mtx_t* mutex) noexcept {
    return reinterpret_cast<pthread_mutex_t*>(mutex);
}

}  // namespace weft::interpose
