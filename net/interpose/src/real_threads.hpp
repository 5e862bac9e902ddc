// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The functions of libc behind threads, their keys, barriers and spin locks; see real.hpp.

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <threads.h>

#include "real.hpp"

extern "C" {
void __pthread_register_cancel(__pthread_unwind_buf_t* cleanup) noexcept;
void __pthread_unregister_cancel(__pthread_unwind_buf_t* cleanup) noexcept;
void __pthread_unwind_next(__pthread_unwind_buf_t* cleanup);
}

namespace weft::interpose {

/// Invariants: those of real_lock_functions.
struct real_thread_functions {
    pointer_to<&::pthread_create> create;
    pointer_to<&::pthread_detach> detach;
    void (*exit)(void*);
    pointer_to<&::pthread_cancel> cancel;
    pointer_to<&::pthread_setcancelstate> set_cancel_state;
    pointer_to<&::pthread_setcanceltype> set_cancel_type;
    pointer_to<&::pthread_testcancel> test_cancel;
    pointer_to<&::__pthread_register_cancel> register_cleanup;
    pointer_to<&::__pthread_unregister_cancel> unregister_cleanup;
    pointer_to<&::__pthread_unwind_next> unwind_next;
    pointer_to<&::pthread_self> self;
    pointer_to<&::pthread_key_create> key_create;
    pointer_to<&::pthread_key_delete> key_delete;
    pointer_to<&::pthread_getspecific> get_specific;
    pointer_to<&::pthread_setspecific> set_specific;
    pointer_to<&::pthread_setname_np> set_name;
    pointer_to<&::pthread_getname_np> get_name;
    pointer_to<&::pthread_kill> kill;
    pointer_to<&::pthread_sigqueue> queue_signal;
    pointer_to<&::pthread_getattr_np> get_attributes;
    pointer_to<&::pthread_getcpuclockid> get_clock;
    pointer_to<&::pthread_setschedparam> set_scheduling;
    pointer_to<&::pthread_getschedparam> get_scheduling;
    pointer_to<&::pthread_setschedprio> set_priority;
    pointer_to<&::pthread_setaffinity_np> set_affinity;
    pointer_to<&::pthread_getaffinity_np> get_affinity;
    pointer_to<&::pthread_barrier_init> barrier_init;
    pointer_to<&::pthread_barrier_wait> barrier_wait;
    pointer_to<&::pthread_barrier_destroy> barrier_destroy;
    pointer_to<&::pthread_spin_lock> spin_lock;
    pointer_to<&::pthread_spin_trylock> spin_trylock;
    pointer_to<&::sched_yield> yield;
    pointer_to<&::thrd_create> c11_create;
    pointer_to<&::thrd_detach> c11_detach;
};

[[gnu::visibility("hidden")]] extern constinit real_thread_functions real_threads;

}  // namespace weft::interpose
