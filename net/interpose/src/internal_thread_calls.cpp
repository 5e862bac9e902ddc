// SPDX-License-Identifier: BSL-1.0

// What weft's own code calls of threads; see internal_calls.cpp.

#include "fiber_thread.hpp"
#include "real_threads.hpp"

#include <utility>

using weft::interpose::real_threads;

extern "C" {

pthread_t __wrap_pthread_self() {
    return real_threads.self();
}

int __wrap_pthread_setname_np(pthread_t thread, const char* name) {
    return real_threads.set_name(thread, name);
}

int __wrap_pthread_kill(pthread_t thread, int signal) {
    return real_threads.kill(thread, signal);
}

int __wrap_pthread_getcpuclockid(pthread_t thread, clockid_t* clock) {
    return real_threads.get_clock(thread, clock);
}

int __wrap_pthread_getattr_np(pthread_t thread, pthread_attr_t* into) {
    return real_threads.get_attributes(thread, into);
}

int __wrap_sched_yield() {
    return real_threads.yield();
}

// std::thread::_M_start_thread(std::unique_ptr<std::thread::_State>, void (*)()): libstdc++ calls
// pthread_create() for weft's own threads, which never are fibers.

void __real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(
    void* self, void* state, void (*depends)());

void __wrap__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(
    void* self, void* state, void (*depends)()) {
    using weft::interpose::making_internal_thread;
    const bool before = std::exchange(making_internal_thread, true);
    try {
        __real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(
            self, state, depends);
    } catch (...) {
        making_internal_thread = before;
        throw;
    }
    making_internal_thread = before;
}

}  // extern "C"
