// SPDX-License-Identifier: BSL-1.0

// pthread_mutex_*. The mutex of libc itself is taken and given back, so threads and fibers may
// share one; but a fiber never waits in it.
//
// Whose a recursive or checking mutex is libc decides by thread. Between the fibers of one thread
// lock_owners decides, and libc is asked only by the owner or when no fiber is the owner.

#include "mutex.hpp"

#include "c11_result.hpp"
#include "held_locks.hpp"
#include "lock_owners.hpp"
#include "lock_wait.hpp"
#include "real_locks.hpp"

namespace weft::interpose {

namespace {

// Kinds that follow rules of the kernel: robust, priority inheritance and protection.
// Source: glibc, nptl/pthreadP.h; part of the ABI, as static initializers contain the kind.
constexpr int kernel_kinds = 16 | 32 | 64;

bool is_fibers_business(const pthread_mutex_t& mutex,
                        const char* function = __builtin_FUNCTION()) noexcept {
    return (mutex.__data.__kind & kernel_kinds) == 0 && on_fiber(function);
}

using lock_function = int(pthread_mutex_t*) noexcept;

/// Calls libc in place of the caller, which needs no frame then: the table's type does not say that
/// these throw nothing.
[[gnu::always_inline]] inline int by_libc(int (*function)(pthread_mutex_t*),
                                          pthread_mutex_t* mutex) noexcept {
    return reinterpret_cast<lock_function*>(function)(mutex);
}

int type_of(const pthread_mutex_t& mutex) noexcept {
    return mutex.__data.__kind & 3;
}

bool has_owner(const pthread_mutex_t& mutex) noexcept {
    const int type = type_of(mutex);
    return type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK;
}

std::uint64_t owner_of(const pthread_mutex_t& mutex) noexcept {
    return lock_owners::of(&mutex, &mutex.__data.__owner);
}

int try_lock_owned(pthread_mutex_t& mutex) {
    const auto owner = owner_of(mutex);
    const bool mine = owner == this_fiber::id();
    if ((owner != 0 && !mine) || (mine && type_of(mutex) != PTHREAD_MUTEX_RECURSIVE)) {
        return EBUSY;
    }
    const int result = real_locks.mutex_trylock(&mutex);
    if (result != 0) {
        return result;
    }
    try {
        lock_owners::add(&mutex, &mutex.__data.__owner);
    } catch (...) {
        real_locks.mutex_unlock(&mutex);
        throw;
    }
    return 0;
}

int try_lock_on_fiber(pthread_mutex_t& mutex) {
    return has_owner(mutex) ? try_lock_owned(mutex) : real_locks.mutex_trylock(&mutex);
}

int unlock_owned(pthread_mutex_t& mutex) noexcept {
    const auto owner = owner_of(mutex);
    if (owner != 0 && owner != this_fiber::id()) {
        return EPERM;
    }
    if (owner != 0) {
        lock_owners::remove(&mutex);
    }
    return real_locks.mutex_unlock(&mutex);
}

/// Whether lock() of libc would take it without waiting, by what an ordinary mutex says: there is
/// one thread, and of its fibers none takes it meanwhile.
bool is_free_for_one_thread(const pthread_mutex_t& mutex) noexcept {
    constexpr int of_processes = 128;
    return __libc_single_threaded != 0 && mutex.__data.__lock == 0 &&
           (mutex.__data.__kind & of_processes) == 0;
}

/// Whether unlock() of libc is all that there is to do, as one look at each tells: an ordinary
/// mutex, one thread, and no fiber that waits for any lock, nor a report.
bool is_for_libc_alone(const pthread_mutex_t& mutex) noexcept {
    return mutex.__data.__kind == PTHREAD_MUTEX_NORMAL && __libc_single_threaded != 0 &&
           locks_are_unwatched();
}

/// Takes a mutex without an owner if nobody has it or waits for it: most calls end here.
bool take_at_once(pthread_mutex_t& mutex) noexcept {
    if (has_owner(mutex) || somebody_may_wait_for(&mutex)) {
        return false;
    }
    return is_free_for_one_thread(mutex) ? real_locks.mutex_lock(&mutex) == 0
                                         : real_locks.mutex_trylock(&mutex) == 0;
}

/// Out of line, so that what libc does alone needs no frame. \param code  where it is called.
[[gnu::noinline]] int lock_here(pthread_mutex_t& mutex, const void* code) noexcept {
    if (!is_fibers_business(mutex, "pthread_mutex_lock")) {
        return real_locks.mutex_lock(&mutex);
    }
    const int result = take_at_once(mutex) ? 0 : lock_call([&] { return lock_on_fiber(mutex); });
    return noted(result, &mutex, code);
}

int lock_until(pthread_mutex_t& mutex, clockid_t source, const timespec* limit) noexcept {
    return lock_call([&] {
        const auto deadline = deadline_of(source, limit);
        // As in libc a limit that is none matters only if it is needed.
        const int result = lock_on_fiber(mutex, deadline.value_or(clock::time_point::min()));
        return result == ETIMEDOUT && !deadline ? EINVAL : result;
    });
}

}  // namespace

int lock_on_fiber(pthread_mutex_t& mutex, clock::time_point deadline) {
    if (has_owner(mutex) && owner_of(mutex) == this_fiber::id()) {
        return type_of(mutex) == PTHREAD_MUTEX_ERRORCHECK ? EDEADLK : try_lock_owned(mutex);
    }
    return until_not_busy(&mutex, turn::one_at_a_time, deadline,
                          [&] { return try_lock_on_fiber(mutex); });
}

int unlock(pthread_mutex_t& mutex) noexcept {
    note_given_back(&mutex);
    const int result = has_owner(mutex) && is_fibers_business(mutex)
                           ? unlock_owned(mutex)
                           : real_locks.mutex_unlock(&mutex);
    // On x86 the real unlock is a fence.
    if (result == 0 && may_be_waited_for_after_exchange(&mutex)) {
        wake_first(&mutex);
    }
    return result;
}

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    if (is_no_fiber() || (mutex->__data.__lock == 0 && is_for_libc_alone(*mutex))) {
        return by_libc(real_locks.mutex_lock, mutex);
    }
    return lock_here(*mutex, __builtin_return_address(0));
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
    if (!is_fibers_business(*mutex)) {
        return real_locks.mutex_trylock(mutex);
    }
    return noted(lock_call([&] { return try_lock_on_fiber(*mutex); }), mutex,
                 __builtin_return_address(0));
}

int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* limit) noexcept {
    if (!is_fibers_business(*mutex)) {
        return real_locks.mutex_timedlock(mutex, limit);
    }
    return noted(lock_until(*mutex, CLOCK_REALTIME, limit), mutex, __builtin_return_address(0));
}

int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t source,
                            const timespec* limit) noexcept {
    if (!is_fibers_business(*mutex)) {
        return real_locks.mutex_clocklock(mutex, source, limit);
    }
    return is_known(source)
               ? noted(lock_until(*mutex, source, limit), mutex, __builtin_return_address(0))
               : EINVAL;
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
    return is_for_libc_alone(*mutex) ? by_libc(real_locks.mutex_unlock, mutex) : unlock(*mutex);
}

int mtx_lock(mtx_t* mutex) {
    return c11_result(pthread_mutex_lock(posix(mutex)));
}

int mtx_trylock(mtx_t* mutex) {
    return c11_result(pthread_mutex_trylock(posix(mutex)));
}

int mtx_timedlock(mtx_t* mutex, const timespec* limit) {
    return c11_result(pthread_mutex_timedlock(posix(mutex), limit));
}

int mtx_unlock(mtx_t* mutex) {
    return c11_result(unlock(*posix(mutex)));
}

}  // extern "C"
