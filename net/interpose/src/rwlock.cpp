// SPDX-License-Identifier: BSL-1.0

// pthread_rwlock_*: as in mutex.cpp. Readers are let in whenever the lock can be had shared, as
// libc does by default: a fiber that holds it shared may lock it shared once more.

#include "held_locks.hpp"
#include "lock_owners.hpp"
#include "lock_wait.hpp"
#include "real_locks.hpp"

namespace weft::interpose {

namespace {

bool is_mine(const pthread_rwlock_t* lock) noexcept {
    return lock_owners::of(lock, &lock->__data.__cur_writer) == this_fiber::id();
}

int try_write(pthread_rwlock_t* lock) {
    const int result = real_locks.rwlock_trywrlock(lock);
    if (result != 0) {
        return result;
    }
    try {
        lock_owners::add(lock, &lock->__data.__cur_writer);
    } catch (...) {
        real_locks.rwlock_unlock(lock);
        throw;
    }
    return 0;
}

int read_until(pthread_rwlock_t* lock, clock::time_point deadline) {
    if (is_mine(lock)) {
        return EDEADLK;
    }
    return until_not_busy(lock, turn::when_free, deadline,
                          [lock] { return real_locks.rwlock_tryrdlock(lock); });
}

int write_until(pthread_rwlock_t* lock, clock::time_point deadline) {
    if (is_mine(lock)) {
        return EDEADLK;
    }
    return until_not_busy(lock, turn::one_at_a_time, deadline, [lock] { return try_write(lock); });
}

using lock_until = int (*)(pthread_rwlock_t*, clock::time_point);

// libc looks at the limit first.
int lock_with_limit(lock_until wanted, pthread_rwlock_t* lock, clockid_t source,
                    const timespec* limit) noexcept {
    return lock_call([&] {
        const auto deadline = deadline_of(source, limit);
        return deadline ? wanted(lock, *deadline) : EINVAL;
    });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
    return on_fiber() ? noted(lock_call([=] { return read_until(lock, weft::never); }), lock,
                              __builtin_return_address(0))
                      : real_locks.rwlock_rdlock(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
    return on_fiber() ? noted(lock_call([=] { return write_until(lock, weft::never); }), lock,
                              __builtin_return_address(0))
                      : real_locks.rwlock_wrlock(lock);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept {
    return on_fiber() ? noted(lock_call([=] { return try_write(lock); }), lock,
                              __builtin_return_address(0))
                      : real_locks.rwlock_trywrlock(lock);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* limit) noexcept {
    return on_fiber() ? noted(lock_with_limit(read_until, lock, CLOCK_REALTIME, limit), lock,
                              __builtin_return_address(0))
                      : real_locks.rwlock_timedrdlock(lock, limit);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* limit) noexcept {
    return on_fiber() ? noted(lock_with_limit(write_until, lock, CLOCK_REALTIME, limit), lock,
                              __builtin_return_address(0))
                      : real_locks.rwlock_timedwrlock(lock, limit);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t source,
                               const timespec* limit) noexcept {
    return on_fiber() ? noted(lock_with_limit(read_until, lock, source, limit), lock,
                              __builtin_return_address(0))
                      : real_locks.rwlock_clockrdlock(lock, source, limit);
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t source,
                               const timespec* limit) noexcept {
    return on_fiber() ? noted(lock_with_limit(write_until, lock, source, limit), lock,
                              __builtin_return_address(0))
                      : real_locks.rwlock_clockwrlock(lock, source, limit);
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
    if (on_fiber()) {
        note_given_back(lock);
        lock_owners::remove(lock);
    }
    const int result = real_locks.rwlock_unlock(lock);
    wake_all(lock);
    return result;
}

}  // extern "C"
