// SPDX-License-Identifier: BSL-1.0
#include "fork_guard.hpp"

#include "fiber.hpp"
#include "interrupt_handler.hpp"
#include "scheduler.hpp"
#include "signal_table.hpp"
#include "signal_watch.hpp"
#include "trace/registry.hpp"

#include <pthread.h>
#include <unistd.h>

#include <cstdlib>
#include <new>
#include <string_view>

namespace weft::detail {

namespace {

unsigned generation = 0;  // changes only while there is a single thread

void before_fork() {
    process_guard().lock();
}

void after_fork_in_parent() {
    process_guard().unlock();
}

// The kernel objects of the parent's runtimes are shared with it: an epoll_ctl() or a wake-up
// here would show there. So the child forgets them. Their descriptors stay open until it ends or
// executes a program. Only async-signal-safe calls: other threads may have held any lock.
void after_fork_in_child() {
    ++generation;
    current_fiber = nullptr;
    main_fiber = nullptr;
    give_all_signals_back();  // SIGINT perhaps to run(), which gives it back in turn
    forget_interrupts();
    for (auto* each = weft_fiber_registry.runtimes; each != nullptr; each = each->next) {
        each->home->trace().memory().leave_to_parent();
    }
    weft_fiber_registry.runtimes = nullptr;
    process_guard().unlock();
}

constinit bool guarded = false;

// Before main(), while there is one thread: at the first use, a fork of another thread could leave
// the child with a registration half done, for whose end it would wait for ever.
[[gnu::constructor(101)]] void guard_from_the_beginning() {
    guarded = ::pthread_atfork(&before_fork, &after_fork_in_parent, &after_fork_in_child) == 0;
}

}  // namespace

void guard_forks() {
    if (!guarded) {
        throw std::bad_alloc();
    }
}

unsigned fork_generation() noexcept {
    return generation;
}

std::mutex& process_guard() noexcept {
    static constinit std::mutex guard;
    return guard;
}

void leave_forked_child() noexcept {
    constexpr std::string_view text =
        "weft: the child of a fork() returned from the fiber it was forked in; it must end by "
        "_exit() or exec\n";
    static_cast<void>(::write(STDERR_FILENO, text.data(), text.size()));
    ::_exit(EXIT_FAILURE);
}

}  // namespace weft::detail
