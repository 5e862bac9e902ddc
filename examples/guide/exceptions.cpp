// SPDX-License-Identifier: BSL-1.0
//
// No failure is lost: get() throws what the fiber threw, a group throws all failures of its
// children, a time limit throws where the fiber waits, and what nobody can catch is reported.
#include "guide/guide.hpp"

#include <weft/error.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace {

using namespace std::chrono_literals;

void of_a_task() {
    auto failing = weft::spawn([] { throw std::runtime_error("no such page"); });
    try {
        failing.get();
    } catch (const std::runtime_error& error) {
        std::printf("task: %s\n", error.what());
    }
}

void of_a_group() {
    try {
        weft::with_task_group([](weft::task_group& group) {
            group.spawn([] { throw std::runtime_error("the first child failed"); });
            group.spawn([] {
                weft::this_fiber::sleep_for(1h);  // cancelled, as its sibling failed
                std::puts("never printed");
            });
        });
    } catch (const weft::exception_group& failures) {
        for (const auto& error : failures.errors()) {
            std::printf("group: %s\n", weft::describe(error).c_str());
        }
    }
}

void of_a_limit() {
    try {
        weft::fail_after(2s, [] { weft::this_fiber::sleep_for(1h); });
    } catch (const weft::timeout_error&) {
        std::puts("limit: 2 s were not enough");
    }
}

void of_nobody() {
    weft::spawn([] { throw std::runtime_error("nobody waits for me"); }).detach();
    weft::this_fiber::yield();
}

}  // namespace

int main() {
    auto options = guide::options();
    options.on_error = [](const weft::error_report& report) {
        std::printf("handler: %s\n", weft::describe(report.error).c_str());
    };
    weft::run(
        [] {
            of_a_task();
            of_a_group();
            of_a_limit();
            of_nobody();
        },
        options);
}
