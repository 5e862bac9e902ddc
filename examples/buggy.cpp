// SPDX-License-Identifier: BSL-1.0
//
// Programs with something wrong, to be found with weft-trace: see tools/trace/README.md.
#include <weft/event.hpp>
#include <weft/mutex.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>
#include <weft/trace.hpp>

#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

namespace {

using namespace std::chrono_literals;

/// What a healthy fiber does all the time.
void tick() {
    for (;;) {
        weft::this_fiber::sleep_for(5ms);
    }
}

/// One fiber computes for 200 ms at a time: the others come late.
void stall(weft::task_group& group) {
    group.spawn(
        [] {
            for (;;) {
                weft::this_fiber::sleep_for(100ms);
                const auto end = weft::clock::now() + 200ms;
                while (weft::clock::now() < end) {
                }
            }
        },
        {.name = "report"});
}

/// Two fibers lock the same two mutexes in opposite order.
void deadlock(weft::task_group& group) {
    static weft::mutex accounts;
    static weft::mutex journal;
    static const weft::trace::object_name first_name(&accounts, "accounts");
    static const weft::trace::object_name second_name(&journal, "journal");
    const auto lock_both = [](weft::mutex& first, weft::mutex& second) {
        const std::scoped_lock held(first);
        weft::this_fiber::sleep_for(10ms);
        const std::scoped_lock both(second);
    };
    group.spawn([=] { lock_both(accounts, journal); }, {.name = "transfer"});
    group.spawn([=] { lock_both(journal, accounts); }, {.name = "audit"});
}

/// Every 20 ms a fiber more that waits for something that never happens.
void leak(weft::task_group& group) {
    static weft::event answered;
    group.spawn(
        [&group] {
            for (;;) {
                weft::this_fiber::sleep_for(20ms);
                group.spawn([] { answered.wait(); }, {.name = "session"});
            }
        },
        {.name = "accept"});
}

/// Requests that wait for a lock, which one of them holds while it sleeps.
void slow_lock(weft::task_group& group) {
    static weft::mutex cache;
    static const weft::trace::object_name named(&cache, "cache");
    group.spawn(
        [] {
            for (;;) {
                const std::scoped_lock held(cache);
                weft::this_fiber::sleep_for(80ms);
            }
        },
        {.name = "refresh"});
    group.spawn(
        [] {
            for (;;) {
                const weft::trace::span request("GET /users");
                const std::scoped_lock held(cache);
                weft::this_fiber::sleep_for(1ms);
            }
        },
        {.name = "request"});
}

/// Every 20 ms one fiber fails and nobody asks for its result, and another never runs since its
/// handle is dropped at once.
void lost(weft::task_group& group) {
    group.spawn(
        [] {
            for (;;) {
                weft::spawn([] { throw std::runtime_error("disk full"); }, {.name = "backup"})
                    .detach();
                static_cast<void>(weft::spawn([] {}, {.name = "cleanup"}));
                weft::this_fiber::sleep_for(20ms);
            }
        },
        {.name = "scheduler"});
}

/// Everything that is wrong above, at once.
void all(weft::task_group& group) {
    stall(group);
    deadlock(group);
    leak(group);
    slow_lock(group);
    lost(group);
}

const std::map<std::string, std::function<void(weft::task_group&)>> bugs{
    {"stall", stall},         {"deadlock", deadlock}, {"leak", leak},
    {"slow_lock", slow_lock}, {"lost", lost},         {"all", all}};

}  // namespace

int main(int count, char** arguments) {
    const auto bug = bugs.find(count == 2 ? arguments[1] : "");
    if (bug == bugs.end()) {
        std::fputs(
            "usage: buggy stall|deadlock|leak|slow_lock|lost|all\n"
            "Runs until it gets SIGINT or SIGTERM.\n",
            stderr);
        return 2;
    }
    try {
        weft::run([&] {
            weft::with_task_group([&](weft::task_group& group) {
                group.spawn(tick, {.name = "ticker"});
                bug->second(group);
                std::printf("buggy %s runs\n", bug->first.c_str());
                std::fflush(stdout);
            });
        });
    } catch (const weft::interrupted&) {
    }
}
