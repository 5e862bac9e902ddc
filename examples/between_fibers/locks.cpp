// SPDX-License-Identifier: BSL-1.0
//
// Mutexes work with the locks of the standard library. A fiber may block while it holds one; those
// who wait are served in the order in which they came.
#include "guide/guide.hpp"

#include <weft/condition_variable.hpp>
#include <weft/mutex.hpp>
#include <weft/run.hpp>
#include <weft/shared_mutex.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>
#include <weft/timed_mutex.hpp>

#include <chrono>
#include <cstdio>
#include <mutex>
#include <shared_mutex>
#include <string>

namespace {

using namespace std::chrono_literals;

/// Readers share, the writer is alone: a writer that came first is not overtaken.
void read_and_write() {
    weft::shared_mutex guard;
    std::string page = "old";
    const auto read = [&] {
        const std::shared_lock lock(guard);
        weft::this_fiber::sleep_for(10ms);
        std::printf("read %s\n", page.c_str());
    };
    auto first = weft::spawn(read);
    auto writer = weft::spawn([&] {
        const std::unique_lock lock(guard);
        page = "new";
    });
    auto second = weft::spawn(read);
    second.get();
}

void wait_for_a_condition() {
    weft::mutex guard;
    weft::condition_variable changed;
    bool ready = false;
    auto waiter = weft::spawn([&] {
        std::unique_lock lock(guard);
        changed.wait(lock, [&] { return ready; });
        std::printf("ready\n");
    });
    weft::this_fiber::sleep_for(10ms);
    const std::lock_guard lock(guard);
    ready = true;
    changed.notify_one();
}

void give_up() {
    weft::timed_mutex guard;
    const std::lock_guard held(guard);
    weft::spawn([&] {
        const std::unique_lock lock(guard, 50ms);
        std::printf("after 50 ms: %s\n", lock.owns_lock() ? "locked" : "gave up");
    }).get();
}

}  // namespace

int main() {
    weft::run(
        [] {
            read_and_write();
            wait_for_a_condition();
            give_up();
        },
        guide::options());
}
