// SPDX-License-Identifier: BSL-1.0

// sem_*: the counter is that of libc, so threads, fibers and other processes may share it.

#include "lock_wait.hpp"
#include "real_locks.hpp"
#include "signal_waits.hpp"

namespace weft::interpose {

namespace {

int try_take(sem_t* semaphore) noexcept {
    if (real_locks.semaphore_trywait(semaphore) == 0) {
        return 0;
    }
    return errno == EAGAIN ? EBUSY : errno;
}

int take(sem_t* semaphore, clockid_t source, const timespec* limit) {
    return fiber_call<int>(-1, [&] {
        checkpoint();
        auto deadline = std::optional(never);
        if (limit != nullptr) {
            deadline = deadline_of(source, limit);
        }
        if (!deadline) {
            errno = EINVAL;
            return -1;
        }
        // Source: futex(2): what has a time limit is not restarted.
        const auto then = limit != nullptr ? after_handler::ends : after_handler::goes_on;
        const int result = interruptible(then, [&] {
            return until_not_busy(semaphore, turn::in_order, *deadline,
                                  [semaphore] { return try_take(semaphore); });
        });
        if (result != 0) {
            errno = result;
            return -1;
        }
        return 0;
    });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int sem_wait(sem_t* semaphore) {
    return on_fiber() ? take(semaphore, CLOCK_REALTIME, nullptr)
                      : real_locks.semaphore_wait(semaphore);
}

int sem_timedwait(sem_t* semaphore, const timespec* limit) {
    return on_fiber() ? take(semaphore, CLOCK_REALTIME, limit)
                      : real_locks.semaphore_timedwait(semaphore, limit);
}

int sem_clockwait(sem_t* semaphore, clockid_t source, const timespec* limit) {
    return on_fiber() ? take(semaphore, source, limit)
                      : real_locks.semaphore_clockwait(semaphore, source, limit);
}

int sem_post(sem_t* semaphore) noexcept {
    const int result = real_locks.semaphore_post(semaphore);
    wake_first(semaphore);
    return result;
}

}  // extern "C"
