// SPDX-License-Identifier: BSL-1.0
//
// A library with one call for each verdict.

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <sys/msg.h>
#include <unistd.h>

extern "C" void* audited_wait(int number) {
    ::poll(nullptr, 0, number);                 // covered
    ::pthread_join(::pthread_self(), nullptr);  // offloaded
    ::msgrcv(number, nullptr, 0, 0, 0);         // blocks
    ::syscall(number);                          // noted
    if (number == 0) {
        ::pthread_exit(nullptr);  // unsafe
    }
    return ::dlopen(nullptr, RTLD_NOW);  // noted
}
