// SPDX-License-Identifier: BSL-1.0

// pthread_once, and the guards of static variables in functions. libc and libstdc++ do the work; a
// fiber calls them only when nobody else is at it.

#include "lock_owners.hpp"
#include "lock_wait.hpp"
#include "real_locks.hpp"

#include <mutex>

namespace weft::interpose {

namespace {

/// Ends an initialization that this fiber has begun, however it ends.
void finish(const void* what) noexcept {
    lock_owners::remove(what);
    wake_all(what);
}

class begun_initialization {
public:
    explicit begun_initialization(const void* what) noexcept : what_(what) {}
    begun_initialization(const begun_initialization&) = delete;
    begun_initialization& operator=(const begun_initialization&) = delete;
    ~begun_initialization() { finish(what_); }

private:
    const void* what_;
};

// Source: glibc, nptl/pthread_once.c.
constexpr int once_in_progress = 1;
constexpr int once_done = 2;

/// std::call_once() hands its function over in thread_local variables; a fiber that waits leaves
/// them as it found them.
class kept_callable {
public:
    kept_callable() noexcept = default;
    kept_callable(const kept_callable&) = delete;
    kept_callable& operator=(const kept_callable&) = delete;
    ~kept_callable() {
        std::__once_callable = object_;
        std::__once_call = call_;
    }

private:
    void* object_ = std::__once_callable;
    void (*call_)() = std::__once_call;
};

// Source: libstdc++, libsupc++/guard.cc: the byte that the compiler looks at, and the next one,
// which says that somebody is at it.
bool is_initialized(const abi::__guard* guard) noexcept {
    return __atomic_load_n(reinterpret_cast<const char*>(guard), __ATOMIC_ACQUIRE) != 0;
}

bool is_being_initialized(const abi::__guard* guard) noexcept {
    return (__atomic_load_n(reinterpret_cast<const char*>(guard) + 1, __ATOMIC_ACQUIRE) & 1) != 0;
}

/// Waits until `done` or until nobody initializes, and then takes over.
/// \returns  whether the caller is to initialize.
template <class Done, class Busy>
bool begin(const void* what, Done&& done, Busy&& busy) {
    bool mine = false;
    static_cast<void>(until_not_busy(what, turn::when_free, never, [&] {
        if (!done() && (lock_owners::of(what) != 0 || busy())) {
            return EBUSY;
        }
        mine = !done();
        if (mine) {
            lock_owners::add(what);
        }
        return 0;
    }));
    return mine;
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int pthread_once(pthread_once_t* control, void (*routine)()) {
    const auto is = [control](int state) {
        return (__atomic_load_n(control, __ATOMIC_ACQUIRE) & state) != 0;
    };
    if (!on_fiber() || is(once_done)) {
        return real_locks.once(control, routine);
    }
    const bool mine = [&] {
        const kept_callable kept;
        return begin(
            control, [&] { return is(once_done); }, [&] { return is(once_in_progress); });
    }();
    if (!mine) {
        return 0;
    }
    const begun_initialization begun(control);
    return real_locks.once(control, routine);
}

void call_once(once_flag* control, void (*routine)()) {
    static_cast<void>(pthread_once(reinterpret_cast<pthread_once_t*>(control), routine));
}

}  // extern "C"

namespace __cxxabiv1 {

extern "C" {

int __cxa_guard_acquire(__guard* guard) {
    if (!on_fiber()) {
        return real_locks.guard_acquire(guard);
    }
    const bool mine = begin(
        guard, [&] { return is_initialized(guard); }, [&] { return is_being_initialized(guard); });
    return mine ? real_locks.guard_acquire(guard) : 0;
}

void __cxa_guard_release(__guard* guard) noexcept {
    real_locks.guard_release(guard);
    if (on_fiber()) {
        finish(guard);
    }
}

void __cxa_guard_abort(__guard* guard) noexcept {
    real_locks.guard_abort(guard);
    if (on_fiber()) {
        finish(guard);
    }
}

}  // extern "C"

}  // namespace __cxxabiv1
