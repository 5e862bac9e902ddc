// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/runtime_test.hpp"

#include <pthread.h>

#include <chrono>
#include <ctime>

namespace weft::test {

/// For tests that use the locks of POSIX and the standard library in fibers under this layer.
class lock_test : public runtime_test {};

/// A mutex of a given type.
struct posix_mutex {
    explicit posix_mutex(int type) {
        pthread_mutexattr_t attributes;
        pthread_mutexattr_init(&attributes);
        EXPECT_EQ(pthread_mutexattr_settype(&attributes, type), 0);
        EXPECT_EQ(pthread_mutex_init(&handle, &attributes), 0);
        pthread_mutexattr_destroy(&attributes);
    }
    posix_mutex(const posix_mutex&) = delete;
    posix_mutex& operator=(const posix_mutex&) = delete;
    ~posix_mutex() { EXPECT_EQ(pthread_mutex_destroy(&handle), 0); }

    pthread_mutex_t handle;
};

/// A point of time as POSIX takes it.
inline timespec from_now(clockid_t source, std::chrono::seconds wait) {
    timespec now{};
    clock_gettime(source, &now);
    now.tv_sec += wait.count();
    return now;
}

}  // namespace weft::test
