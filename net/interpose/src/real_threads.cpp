// SPDX-License-Identifier: BSL-1.0
#include "real_threads.hpp"

#include "look_up.hpp"

namespace weft::interpose {

namespace {

constinit bool looking_up_threads = false;  // at start, when there is one thread

void look_up_real_threads() noexcept;

/// What each pointer is at first; see real_locks.cpp.
template <auto member>
struct thread_function_looked_up_first {
    template <class Result, class... Arguments>
    constexpr operator function_pointer<Result, Arguments...>() const {
        return +[](Arguments... given) -> Result {
            if (!looking_up_threads) {
                look_up_real_threads();
                return (real_threads.*member)(given...);
            }
            return Result();
        };
    }
};

}  // namespace

constinit real_thread_functions real_threads = {
    .create = thread_function_looked_up_first<&real_thread_functions::create>(),
    .detach = thread_function_looked_up_first<&real_thread_functions::detach>(),
    .exit = thread_function_looked_up_first<&real_thread_functions::exit>(),
    .cancel = thread_function_looked_up_first<&real_thread_functions::cancel>(),
    .set_cancel_state = thread_function_looked_up_first<&real_thread_functions::set_cancel_state>(),
    .set_cancel_type = thread_function_looked_up_first<&real_thread_functions::set_cancel_type>(),
    .test_cancel = thread_function_looked_up_first<&real_thread_functions::test_cancel>(),
    .register_cleanup = thread_function_looked_up_first<&real_thread_functions::register_cleanup>(),
    .unregister_cleanup =
        thread_function_looked_up_first<&real_thread_functions::unregister_cleanup>(),
    .unwind_next = thread_function_looked_up_first<&real_thread_functions::unwind_next>(),
    .self = thread_function_looked_up_first<&real_thread_functions::self>(),
    .key_create = thread_function_looked_up_first<&real_thread_functions::key_create>(),
    .key_delete = thread_function_looked_up_first<&real_thread_functions::key_delete>(),
    .get_specific = thread_function_looked_up_first<&real_thread_functions::get_specific>(),
    .set_specific = thread_function_looked_up_first<&real_thread_functions::set_specific>(),
    .set_name = thread_function_looked_up_first<&real_thread_functions::set_name>(),
    .get_name = thread_function_looked_up_first<&real_thread_functions::get_name>(),
    .kill = thread_function_looked_up_first<&real_thread_functions::kill>(),
    .queue_signal = thread_function_looked_up_first<&real_thread_functions::queue_signal>(),
    .get_attributes = thread_function_looked_up_first<&real_thread_functions::get_attributes>(),
    .get_clock = thread_function_looked_up_first<&real_thread_functions::get_clock>(),
    .set_scheduling = thread_function_looked_up_first<&real_thread_functions::set_scheduling>(),
    .get_scheduling = thread_function_looked_up_first<&real_thread_functions::get_scheduling>(),
    .set_priority = thread_function_looked_up_first<&real_thread_functions::set_priority>(),
    .set_affinity = thread_function_looked_up_first<&real_thread_functions::set_affinity>(),
    .get_affinity = thread_function_looked_up_first<&real_thread_functions::get_affinity>(),
    .barrier_init = thread_function_looked_up_first<&real_thread_functions::barrier_init>(),
    .barrier_wait = thread_function_looked_up_first<&real_thread_functions::barrier_wait>(),
    .barrier_destroy = thread_function_looked_up_first<&real_thread_functions::barrier_destroy>(),
    .spin_lock = thread_function_looked_up_first<&real_thread_functions::spin_lock>(),
    .spin_trylock = thread_function_looked_up_first<&real_thread_functions::spin_trylock>(),
    .yield = thread_function_looked_up_first<&real_thread_functions::yield>(),
    .c11_create = thread_function_looked_up_first<&real_thread_functions::c11_create>(),
    .c11_detach = thread_function_looked_up_first<&real_thread_functions::c11_detach>(),
};

namespace {

void look_up_threads_themselves() noexcept {
    look_up(real_threads.create, "pthread_create");
    look_up(real_threads.detach, "pthread_detach");
    look_up(real_threads.exit, "pthread_exit");
    look_up(real_threads.cancel, "pthread_cancel");
    look_up(real_threads.set_cancel_state, "pthread_setcancelstate");
    look_up(real_threads.set_cancel_type, "pthread_setcanceltype");
    look_up(real_threads.test_cancel, "pthread_testcancel");
    look_up(real_threads.register_cleanup, "__pthread_register_cancel");
    look_up(real_threads.unregister_cleanup, "__pthread_unregister_cancel");
    look_up(real_threads.unwind_next, "__pthread_unwind_next");
    look_up(real_threads.self, "pthread_self");
    look_up(real_threads.key_create, "pthread_key_create");
    look_up(real_threads.key_delete, "pthread_key_delete");
    look_up(real_threads.get_specific, "pthread_getspecific");
    look_up(real_threads.set_specific, "pthread_setspecific");
}

void look_up_what_belongs_to_threads() noexcept {
    look_up(real_threads.set_name, "pthread_setname_np");
    look_up(real_threads.get_name, "pthread_getname_np");
    look_up(real_threads.kill, "pthread_kill");
    look_up(real_threads.queue_signal, "pthread_sigqueue");
    look_up(real_threads.get_attributes, "pthread_getattr_np");
    look_up(real_threads.get_clock, "pthread_getcpuclockid");
    look_up(real_threads.set_scheduling, "pthread_setschedparam");
    look_up(real_threads.get_scheduling, "pthread_getschedparam");
    look_up(real_threads.set_priority, "pthread_setschedprio");
    look_up(real_threads.set_affinity, "pthread_setaffinity_np");
    look_up(real_threads.get_affinity, "pthread_getaffinity_np");
    look_up(real_threads.barrier_init, "pthread_barrier_init");
    look_up(real_threads.barrier_wait, "pthread_barrier_wait");
    look_up(real_threads.barrier_destroy, "pthread_barrier_destroy");
    look_up(real_threads.spin_lock, "pthread_spin_lock");
    look_up(real_threads.spin_trylock, "pthread_spin_trylock");
    look_up(real_threads.yield, "sched_yield");
    look_up(real_threads.c11_create, "thrd_create");
    look_up(real_threads.c11_detach, "thrd_detach");
}

[[gnu::constructor(101)]] void look_up_real_threads() noexcept {
    looking_up_threads = true;
    look_up_threads_themselves();
    look_up_what_belongs_to_threads();
    looking_up_threads = false;
}

}  // namespace

}  // namespace weft::interpose
