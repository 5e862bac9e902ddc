// SPDX-License-Identifier: BSL-1.0

// pthread_join and its kin: a thread of the pool joins.

#include "c11_result.hpp"
#include "fiber_call.hpp"
#include "lock_wait.hpp"
#include "offload.hpp"
#include "real_locks.hpp"

#include <cstdint>

namespace weft::interpose {

namespace {

template <class Join>
int join_on_pool(pthread_t thread, void** result, Join&& join) noexcept {
    return lock_call([&] {
        if (::pthread_equal(thread, ::pthread_self()) != 0) {
            return EDEADLK;
        }
        const int at_once = real_locks.try_join(thread, result);
        return at_once != EBUSY ? at_once : offloaded(join);
    });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int pthread_join(pthread_t thread, void** result) {
    return on_fiber()
               ? join_on_pool(thread, result, [=] { return real_locks.join(thread, result); })
               : real_locks.join(thread, result);
}

int pthread_timedjoin_np(pthread_t thread, void** result, const timespec* limit) {
    const auto join = [=] { return real_locks.timed_join(thread, result, limit); };
    return on_fiber() ? join_on_pool(thread, result, join) : join();
}

int pthread_clockjoin_np(pthread_t thread, void** result, clockid_t source, const timespec* limit) {
    const auto join = [=] { return real_locks.clock_join(thread, result, source, limit); };
    return on_fiber() ? join_on_pool(thread, result, join) : join();
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
