// SPDX-License-Identifier: BSL-1.0

// pthread_create, pthread_self and what asks for a thread by its number, thrd_*: where weft-run
// has made threads fibers. See also thread_join.cpp and thread_exit.cpp.

#include "c11_result.hpp"
#include "fiber_call.hpp"
#include "fiber_thread.hpp"
#include "real_of.hpp"
#include "real_threads.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace weft::interpose {

namespace {

bool makes_fibers(const char* function = __builtin_FUNCTION()) noexcept {
    return threads_are_fibers() && !making_internal_thread && on_fiber(function);
}

/// What is asked of a thread that is a fiber, else of libc. The program's main thread is asked of
/// libc, too: it is that thread.
template <class OfFiber, class OfThread>
int ask(pthread_t thread, OfFiber of_fiber, OfThread of_thread) noexcept {
    if (threads_are_fibers()) {
        if (const auto found = find_fiber_thread(thread); found != nullptr && !found->is_main) {
            return of_fiber(*found);
        }
    }
    return of_thread(thread);
}

/// The same, where the answer is that of the thread on which all fibers run.
template <class Question>
int ask_the_loop(pthread_t thread, Question question) noexcept {
    return ask(
        thread,
        [&](fiber_thread& found) {
            return found.ended.is_set() ? ESRCH : question(real_threads.self());
        },
        question);
}

/// Sends a signal to a thread that is a fiber: the thread of all fibers handles it, at once unless
/// it is blocked, and the handler ends the wait of this one.
template <class Send>
int send_to_fiber(fiber_thread& target, Send send) noexcept {
    handled_signals* const before = std::exchange(signals_sent_to, &target.signals);
    const int result = send(real_threads.self());
    signals_sent_to = before;
    return result;
}

template <class Send>
int send_signal(pthread_t thread, Send send) noexcept {
    return ask(
        thread,
        [&](fiber_thread& found) {
            return found.ended.is_set() ? ESRCH : send_to_fiber(found, send);
        },
        send);
}

/// A function of C11, called as one of POSIX.
struct c11_start {
    thrd_start_t function;
    void* argument;
};

void* call_c11(void* given) {
    const auto start = *static_cast<c11_start*>(given);
    delete static_cast<c11_start*>(given);
    return reinterpret_cast<void*>(static_cast<std::intptr_t>(start.function(start.argument)));
}

int set_name(fiber_thread& thread, const char* name) noexcept {
    if (std::strlen(name) >= thread.name.size()) {
        return ERANGE;
    }
    std::strcpy(thread.name.data(), name);
    return 0;
}

int copy_name(const fiber_thread& thread, char* into, std::size_t room) noexcept {
    if (room <= std::strlen(thread.name.data())) {
        return ERANGE;
    }
    std::strcpy(into, thread.name.data());
    return 0;
}

int describe(const fiber_thread& thread, pthread_attr_t* into) noexcept {
    if (const int error = ::pthread_attr_init(into); error != 0) {
        return error;
    }
    ::pthread_attr_setdetachstate(
        into, thread.detached ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE);
    ::pthread_attr_setguardsize(into, 4096);
    return ::pthread_attr_setstack(into, thread.stack_low, thread.stack_size);
}

int detach(fiber_thread& thread) noexcept {
    if (thread.detached) {
        return EINVAL;
    }
    thread.detached = true;
    if (thread.ended.is_set()) {
        forget_fiber_thread(thread);
    }
    return 0;
}

int raise_here(int signal) noexcept {
    const auto real_raise = real_of<&::raise>("raise");
    fiber_thread* const self = threads_are_fibers() ? this_fiber_thread() : nullptr;
    return self == nullptr || self->is_main
               ? real_raise(signal)
               : send_to_fiber(*self, [=](pthread_t) { return real_raise(signal); });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int pthread_create(pthread_t* number, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
    return makes_fibers() ? start_fiber_thread(number, attributes, start, argument)
                          : real_threads.create(number, attributes, start, argument);
}

int thrd_create(thrd_t* number, thrd_start_t function, void* argument) {
    if (!makes_fibers()) {
        return real_threads.c11_create(number, function, argument);
    }
    auto* const given = new (std::nothrow) c11_start{function, argument};
    if (given == nullptr) {
        return thrd_nomem;
    }
    const int error = start_fiber_thread(number, nullptr, &call_c11, given);
    if (error != 0) {
        delete given;
    }
    return c11_result(error);
}

pthread_t pthread_self() noexcept {
    const fiber_thread* const self = this_fiber_thread();
    return self != nullptr ? self->self : real_threads.self();
}

thrd_t thrd_current() {
    return pthread_self();
}

int pthread_detach(pthread_t thread) noexcept {
    return ask(thread, &detach, real_threads.detach);
}

int thrd_detach(thrd_t thread) {
    return c11_result(pthread_detach(thread));
}

int pthread_setname_np(pthread_t thread, const char* name) noexcept {
    return ask(
        thread, [=](fiber_thread& found) { return set_name(found, name); },
        [=](pthread_t other) { return real_threads.set_name(other, name); });
}

int pthread_getname_np(pthread_t thread, char* into, size_t room) noexcept {
    return ask(
        thread, [=](fiber_thread& found) { return copy_name(found, into, room); },
        [=](pthread_t other) { return real_threads.get_name(other, into, room); });
}

int pthread_getattr_np(pthread_t thread, pthread_attr_t* into) noexcept {
    return ask(
        thread, [=](fiber_thread& found) { return describe(found, into); },
        [=](pthread_t other) { return real_threads.get_attributes(other, into); });
}

int pthread_kill(pthread_t thread, int signal) noexcept {
    return send_signal(thread, [=](pthread_t loop) { return real_threads.kill(loop, signal); });
}

int pthread_sigqueue(pthread_t thread, int signal, const sigval value) noexcept {
    return send_signal(
        thread, [=](pthread_t loop) { return real_threads.queue_signal(loop, signal, value); });
}

int raise(int signal) noexcept {
    return raise_here(signal);
}

int gsignal(int signal) noexcept {
    return raise_here(signal);
}

// What weft's own code calls; see internal_calls.cpp.
int __wrap_raise(int signal) {
    return raise_here(signal);
}

int pthread_getcpuclockid(pthread_t thread, clockid_t* clock) noexcept {
    return ask_the_loop(thread,
                        [=](pthread_t loop) { return real_threads.get_clock(loop, clock); });
}

int pthread_setschedparam(pthread_t thread, int policy, const sched_param* wanted) noexcept {
    return ask_the_loop(
        thread, [=](pthread_t loop) { return real_threads.set_scheduling(loop, policy, wanted); });
}

int pthread_getschedparam(pthread_t thread, int* policy, sched_param* found) noexcept {
    return ask_the_loop(
        thread, [=](pthread_t loop) { return real_threads.get_scheduling(loop, policy, found); });
}

int pthread_setschedprio(pthread_t thread, int priority) noexcept {
    return ask_the_loop(thread,
                        [=](pthread_t loop) { return real_threads.set_priority(loop, priority); });
}

int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t* wanted) noexcept {
    return ask_the_loop(
        thread, [=](pthread_t loop) { return real_threads.set_affinity(loop, size, wanted); });
}

int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t* found) noexcept {
    return ask_the_loop(
        thread, [=](pthread_t loop) { return real_threads.get_affinity(loop, size, found); });
}

}  // extern "C"
