// SPDX-License-Identifier: BSL-1.0
#include "fiber_thread.hpp"

#include <weft/fiber_local.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "fiber_call.hpp"
#include "fiber_values.hpp"
#include "real_threads.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <new>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace weft::interpose {

namespace {

using thread_pointer = std::shared_ptr<fiber_thread>;

/// All threads that are fibers, by their number.
struct thread_table {
    std::mutex guard;
    std::unordered_map<pthread_t, thread_pointer> threads;
    std::size_t running = 0;
    cross_thread::event all_ended;  // but main()
};

/// Never destroyed: threads run until the process ends.
thread_table& table_of_threads() {
    static auto& made = *new thread_table;
    return made;
}

fiber_local<thread_pointer>& local_thread() {
    static auto& made = *new fiber_local<thread_pointer>;
    return made;
}

constinit bool mode = false;
constinit std::size_t usual_stack_size = 0;
constinit thread_local fiber_thread* forking_thread = nullptr;
constinit thread_local fiber_thread* survivor = nullptr;  // in the child of a fork()

// In the child the caller alone is left, and there are no fibers: its threads are libc's.
void begin_anew_in_child() noexcept {
    survivor = forking_thread;
    thread_table& all = table_of_threads();
    new (&all.guard) std::mutex;
    mode = false;
}

void enter_mode(std::size_t stack_size) {
    mode = true;
    usual_stack_size = stack_size;
    table_of_threads();
    local_thread();
    ::pthread_atfork([] { forking_thread = this_fiber_thread(); }, nullptr, &begin_anew_in_child);
}

void add(const thread_pointer& made) {
    thread_table& all = table_of_threads();
    const std::lock_guard held(all.guard);
    all.threads.emplace(made->self, made);
    all.running += made->is_main ? 0 : 1;
    all.all_ended.clear();
}

void note_end() noexcept {
    thread_table& all = table_of_threads();
    const std::lock_guard held(all.guard);
    if (--all.running == 0) {
        all.all_ended.set();
    }
}

/// From where a thread came, leave_thread() comes back. It has nothing to destroy, so that no
/// frame between this one and the thread's own ends in an unusual way.
[[gnu::noinline]] void call_start(fiber_thread& self) {
    std::array<void*, 5> end;  // far less than a jmp_buf, on every stack
    self.end = end.data();
    if (__builtin_setjmp(end.data()) == 0) {
        self.result = self.start(self.argument);
    }
}

/// The part of the stack that the thread's own frames can stand in. Above them, in less than two
/// pages, stands what belongs to the fiber.
void note_stack(fiber_thread& self, std::size_t size) noexcept {
    constexpr std::size_t page = 4096;
    self.stack_size = size - 2 * page;
    self.stack_low = static_cast<std::byte*>(__builtin_frame_address(0)) - self.stack_size;
}

void finish(fiber_thread& self) noexcept {
    end_values_of_this_fiber();
    if (survivor == &self) {
        std::exit(EXIT_SUCCESS);  // the last thread of a forked child
    }
    self.fiber.detach();
    if (self.detached) {
        forget_fiber_thread(self);
    }
    self.ended.set();
    note_end();
}

void thread_main(const thread_pointer& self, std::size_t stack_size) noexcept {
    note_stack(*self, stack_size);
    local_thread().set(self);
    self->began = true;
    if (self->cancel_requested) {
        end_wait_of_cancelled(*self);
    }
    call_start(*self);
    self->leaving = true;
    finish(*self);
}

/// As much as the program asked for; what it did not choose is the runtime's default.
std::size_t stack_size_for(const pthread_attr_t* attributes) noexcept {
    constexpr std::size_t smallest = std::size_t{64} << 10;
    std::size_t wanted = 0;
    std::size_t usual = 0;
    pthread_attr_t defaults;
    if (attributes == nullptr || ::pthread_attr_getstacksize(attributes, &wanted) != 0 ||
        ::pthread_getattr_default_np(&defaults) != 0) {
        return 0;
    }
    ::pthread_attr_getstacksize(&defaults, &usual);
    ::pthread_attr_destroy(&defaults);
    return wanted == usual ? 0 : std::max(wanted, smallest);
}

bool begins_detached(const pthread_attr_t* attributes) noexcept {
    int state = PTHREAD_CREATE_JOINABLE;
    return attributes != nullptr && ::pthread_attr_getdetachstate(attributes, &state) == 0 &&
           state == PTHREAD_CREATE_DETACHED;
}

}  // namespace

constinit thread_local bool making_internal_thread = false;

bool threads_are_fibers() noexcept {
    return mode;
}

fiber_thread* this_fiber_thread() noexcept {
    if (survivor != nullptr) {
        return survivor;
    }
    return mode && is_fiber() ? local_thread()->get() : nullptr;
}

bool on_main_thread_of_program() noexcept {
    const fiber_thread* const self = mode ? this_fiber_thread() : nullptr;
    return self != nullptr && self->is_main;
}

thread_pointer find_fiber_thread(pthread_t number) noexcept {
    if (!mode) {
        return survivor != nullptr && survivor->self == number
                   ? thread_pointer(thread_pointer(), survivor)
                   : nullptr;
    }
    thread_table& all = table_of_threads();
    const std::lock_guard held(all.guard);
    const auto found = all.threads.find(number);
    return found != all.threads.end() ? found->second : nullptr;
}

bool for_each_fiber_thread(bool (*function)(fiber_thread&)) noexcept {
    thread_table& all = table_of_threads();
    const std::lock_guard held(all.guard);
    bool all_true = true;
    for (const auto& [number, each] : all.threads) {
        all_true = function(*each) && all_true;
    }
    return all_true;
}

void forget_fiber_thread(const fiber_thread& gone) noexcept {
    thread_table& all = table_of_threads();
    const std::lock_guard held(all.guard);
    all.threads.erase(gone.self);
}

int start_fiber_thread(pthread_t* number, const pthread_attr_t* attributes, void* (*start)(void*),
                       void* argument) noexcept {
    const int before = errno;
    try {
        const auto made = std::make_shared<fiber_thread>();
        made->self = reinterpret_cast<pthread_t>(made.get());
        made->start = start;
        made->argument = argument;
        made->detached = begins_detached(attributes);
        const std::size_t size = stack_size_for(attributes);
        add(made);
        try {
            made->fiber =
                spawn([made, size] { thread_main(made, size != 0 ? size : usual_stack_size); },
                      {.name = "thread", .stack_size = size});
        } catch (...) {
            forget_fiber_thread(*made);
            note_end();
            throw;
        }
        *number = made->self;
        errno = before;
        return 0;
    } catch (...) {  // as libc says of everything that is lacking
        errno = before;
        return EAGAIN;
    }
}

void run_main_thread(int (*program)(int, char**, char**), int count, char** arguments,
                     std::size_t stack_size) noexcept {
    enter_mode(stack_size);
    struct call {
        int (*program)(int, char**, char**);
        int count;
        char** arguments;
    } given{program, count, arguments};
    const auto self = std::make_shared<fiber_thread>();
    self->self = real_threads.self();
    self->is_main = true;
    self->argument = &given;
    self->start = [](void* argument) -> void* {
        const call& main_call = *static_cast<call*>(argument);
        std::exit(main_call.program(main_call.count, main_call.arguments, environ));
    };
    add(self);
    local_thread().set(self);
    call_start(*self);
    // Only pthread_exit() and cancellation come here: the process ends with its last thread.
    self->ended.set();
    weft::detail::run_shielded([&] {
        if (survivor == nullptr) {
            table_of_threads().all_ended.wait();
        }
        std::exit(EXIT_SUCCESS);
    });
    std::abort();
}

}  // namespace weft::interpose
