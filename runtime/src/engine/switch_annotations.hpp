// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What sanitizers must be told about a switch of stacks. Only this file and
/// stack_annotations.hpp ask which one is built in; without any, every function is empty.
///
/// AddressSanitizer: start comes last on the old stack, finish first on the new one; the handle of
/// the fake stack belongs to the fiber that leaves, and a fiber that leaves for good passes null
/// so that its fake stack is freed. ThreadSanitizer: the switch must not be called from an
/// instrumented function, since its shadow call stack would be changed halfway through.
/// Source: sanitizer/common_interface_defs.h, sanitizer/tsan_interface.h.

#include "fiber.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <poll.h>
#include <sanitizer/tsan_interface.h>

#include <csignal>
#include <vector>
#endif

namespace weft::detail::annotate {

#if defined(__SANITIZE_THREAD__)
/// What ThreadSanitizer keeps for fibers that have ended, to be used again: making one maps
/// memory, which takes longer than all else that happens to a short fiber. Its shadow call stack
/// is empty then, since a fiber leaves from a function that is not instrumented.
struct unused_contexts {
    static constexpr std::size_t most = 5000;
    std::vector<void*> all;

    ~unused_contexts() {
        for (void* each : all) {
            __tsan_destroy_fiber(each);
        }
    }
};
inline thread_local unused_contexts unused;

/// Lets a context keep signals for later. ThreadSanitizer makes room for them in the first call of
/// a context that may block, and forgets a signal that comes while it does (libtsan of gcc 12,
/// SigCtx()): a wait that only the signal would have ended then never ends.
[[gnu::no_sanitize_thread, gnu::noinline]] inline void make_room_for_signals(
    void* context) noexcept {
    void* const here = __tsan_get_current_fiber();
    sigset_t every;
    sigset_t before;
    ::sigfillset(&every);
    ::pthread_sigmask(SIG_SETMASK, &every, &before);
    __tsan_switch_to_fiber(context, 0);
    ::poll(nullptr, 0, 0);
    __tsan_switch_to_fiber(here, 0);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}
#endif

/// Whether the switch may be inlined into other functions, which ThreadSanitizer would instrument.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool inlined_switch = false;
#else
inline constexpr bool inlined_switch = true;
#endif

/// Before the jump, on the old stack.
[[gnu::always_inline]] inline void start_switch([[maybe_unused]] fiber& from,
                                                [[maybe_unused]] fiber& to,
                                                [[maybe_unused]] void** fake_stack) noexcept {
#if defined(__SANITIZE_ADDRESS__)
    const bool for_good = from.state == fiber_state::finished;
    __sanitizer_start_switch_fiber(for_good ? nullptr : fake_stack, to.memory.low, to.memory.size);
#endif
#if defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(to.sanitizer_fiber, 0);
#endif
}

/// After the jump, on the new stack. `fake_stack` is null on the first entry.
[[gnu::always_inline]] inline void finish_switch([[maybe_unused]] void* fake_stack) noexcept {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
}

/// For a fiber about to start.
inline void created([[maybe_unused]] fiber& started) noexcept {
#if defined(__SANITIZE_THREAD__)
    if (unused.all.empty()) {
        started.sanitizer_fiber = __tsan_create_fiber(0);
        make_room_for_signals(started.sanitizer_fiber);
    } else {
        started.sanitizer_fiber = unused.all.back();
        unused.all.pop_back();
    }
#endif
}

/// For the pseudo fiber of a thread.
inline void adopted([[maybe_unused]] fiber& thread) noexcept {
#if defined(__SANITIZE_ADDRESS__)
    // Switching back with unknown bounds would leave stale poison behind every later throw. Asked
    // for once: it reads /proc, which a program without free descriptors cannot.
    static thread_local stack bounds;
    pthread_attr_t attributes;
    if (bounds.low == nullptr && pthread_getattr_np(pthread_self(), &attributes) == 0) {
        void* low = nullptr;
        pthread_attr_getstack(&attributes, &low, &bounds.size);
        pthread_attr_destroy(&attributes);
        bounds.low = static_cast<std::byte*>(low);
    }
    thread.memory.low = bounds.low;
    thread.memory.size = bounds.size;
#endif
#if defined(__SANITIZE_THREAD__)
    thread.sanitizer_fiber = __tsan_get_current_fiber();
    make_room_for_signals(thread.sanitizer_fiber);
#endif
}

/// For a fiber that has left its stack for good.
inline void destroyed([[maybe_unused]] fiber& gone) noexcept {
#if defined(__SANITIZE_THREAD__)
    if (gone.sanitizer_fiber == nullptr) {
        return;
    }
    if (unused.all.size() < unused_contexts::most) {
        unused.all.push_back(gone.sanitizer_fiber);
    } else {
        __tsan_destroy_fiber(gone.sanitizer_fiber);
    }
#endif
}

}  // namespace weft::detail::annotate
