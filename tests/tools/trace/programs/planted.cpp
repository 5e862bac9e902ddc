// SPDX-License-Identifier: BSL-1.0
//
// A program whose fibers do what its argument says, for the tests of weft-trace. Prints `ready`
// once they do it, and runs until it is killed.

#include <unistd.h>
#include <weft/channel.hpp>
#include <weft/event.hpp>
#include <weft/mutex.hpp>
#include <weft/run.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>
#include <weft/trace.hpp>
#include <weft/worker_pool.hpp>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <string>

// Not in an anonymous namespace: the tests look for these names in stacks.
namespace planted {

void tell_ready() {
    std::puts("ready");
    std::fflush(stdout);
}

/// Lets every fiber that is ready run until it waits.
void let_others_run() {
    for (int i = 0; i < 8; ++i) {
        weft::this_fiber::yield();
    }
}

[[gnu::noinline]] int wait_deep_inside(weft::event& never) {
    never.wait();
    return 1;
}

[[gnu::noinline]] int serve_request(weft::event& never) {
    return wait_deep_inside(never) + 1;
}

[[gnu::noinline]] int serve_connection(weft::event& never) {
    return serve_request(never) + 1;
}

[[gnu::noinline]] int block_in_read(int fd) {
    char byte = 0;
    return ::read(fd, &byte, 1) == 1 ? byte + 1 : 0;
}

[[gnu::noinline]] void spin_for_ever() {
    static volatile bool stop = false;
    while (!stop) {
    }
}

void lock_both(weft::mutex& first, weft::mutex& second) {
    const std::lock_guard held(first);
    weft::this_fiber::yield();
    const std::lock_guard both(second);
    weft::event never;
    never.wait();
}

void sleep_long() {
    weft::this_fiber::sleep_for(std::chrono::hours(1));
}

void lock_two(weft::task_group& group, bool in_order) {
    static weft::mutex accounts;
    static weft::mutex journal;
    static const weft::trace::object_name accounts_name(&accounts, "accounts");
    static const weft::trace::object_name journal_name(&journal, "journal");
    group.spawn([] { lock_both(accounts, journal); }, {.name = "transfer"});
    group.spawn(
        [in_order] { in_order ? lock_both(accounts, journal) : lock_both(journal, accounts); },
        {.name = "audit"});
    if (in_order) {
        group.spawn(sleep_long);  // without it nothing could wake any of them: a deadlock, too
    }
}

void park(weft::task_group& group) {
    static weft::event never;
    group.spawn([] { serve_connection(never); }, {.name = "connection"});
    group.spawn(sleep_long, {.name = "sleeper"});
}

/// After all others wait, one fiber does not give the thread back.
void hold_up(weft::task_group& group, void (*how)()) {
    park(group);
    group.spawn(
        [how] {
            let_others_run();
            let_others_run();
            how();
        },
        {.name = "greedy"});
}

void block() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) == 0) {
        block_in_read(ends[0]);
    }
}

void park_many(weft::task_group& group, int count) {
    static weft::event never;
    for (int i = 0; i < count; ++i) {
        group.spawn([] { never.wait(); }, {.name = "one of many"});
    }
}

void tick() {
    for (;;) {
        weft::this_fiber::sleep_for(std::chrono::milliseconds(5));
    }
}

[[gnu::noinline]] void fill_stack() {
    std::array<volatile char, 100 * 1024> large;  // bytes; the tests know how many
    for (auto& each : large) {
        each = 1;
    }
}

void use_stacks(weft::task_group& group) {
    group.spawn(sleep_long, {.name = "shallow"});
    group.spawn(
        [] {
            fill_stack();
            sleep_long();
        },
        {.name = "deep"});
}

[[gnu::noinline]] int ask_a_worker() {
    return weft::to_thread([] { return ::pause(); }) + 1;
}

const std::map<std::string, std::function<void(weft::task_group&)>> all{
    {"ticking", [](weft::task_group& group) { group.spawn(tick, {.name = "ticker"}); }},
    {"working", [](weft::task_group& group) { group.spawn(ask_a_worker, {.name = "client"}); }},
    {"deadlock", [](weft::task_group& group) { lock_two(group, false); }},
    {"ordered", [](weft::task_group& group) { lock_two(group, true); }},
    {"parked", park},
    {"blocked", [](weft::task_group& group) { hold_up(group, block); }},
    {"spinning", [](weft::task_group& group) { hold_up(group, spin_for_ever); }},
    {"deaf",
     [](weft::task_group& group) {
         std::signal(SIGURG, [](int) {});  // takes it from the runtime
         hold_up(group, spin_for_ever);
     }},
    {"stacks", use_stacks},
    {"many", [](weft::task_group& group) { park_many(group, 100'000); }},
};

void run(const std::function<void(weft::task_group&)>& plant) {
    weft::run_options options;
    options.trace.rows = 131'072;
    weft::run(
        [&] {
            weft::with_task_group([&](weft::task_group& group) {
                plant(group);
                let_others_run();
                tell_ready();
            });
        },
        options);
}

}  // namespace planted

int main(int count, char** arguments) {
    const auto found = planted::all.find(count == 2 ? arguments[1] : "");
    if (found == planted::all.end()) {
        return 2;
    }
    planted::run(found->second);
}
