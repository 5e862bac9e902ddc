// SPDX-License-Identifier: BSL-1.0
//
// What debug mode finds: run any program with WEFT_DEBUG=1, or as here by run_options::debug.
#include "guide/guide.hpp"

#include <weft/debug.hpp>
#include <weft/error.hpp>
#include <weft/mutex.hpp>
#include <weft/no_suspend_guard.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <cstdio>

namespace {

using namespace std::chrono_literals;

void step_that_takes_long() {
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < 150ms) {
    }
}

void keeps_a_lock(weft::mutex& guard) {
    guard.lock();  // and no std::lock_guard to unlock it
}

void waits_for_it(weft::mutex& guard) {
    try {
        guard.lock();
    } catch (const weft::cancelled&) {
        std::puts("the waiter was cancelled");
    }
}

void without_others() {
    const weft::no_suspend_guard here;  // a call that suspends here would end the program
    std::puts("no other fiber runs meanwhile");
}

}  // namespace

int main() {
    auto options = guide::options();
    options.debug = {.enabled = true};  // a slow step takes 100 ms or more
    options.on_error = [](const weft::error_report& report) {
        std::printf("%s: %s\n", report.fiber_name.c_str(),
                    report.kind == weft::error_kind::slow_step        ? "slow step"
                    : report.kind == weft::error_kind::lock_abandoned ? "waits for ever"
                                                                      : report.message.c_str());
    };
    weft::run(
        [] {
            weft::mutex guard;
            weft::spawn(&step_that_takes_long, {.name = "busy"}).get();
            weft::spawn([&] { keeps_a_lock(guard); }).get();
            auto waiter = weft::spawn([&] { waits_for_it(guard); }, {.name = "waiter"});
            weft::this_fiber::yield();
            waiter.cancel();
            waiter.get();
            without_others();
        },
        options);
}
