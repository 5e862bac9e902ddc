// SPDX-License-Identifier: BSL-1.0
#include "debug/watch_thread.hpp"

#include "blocked_signals.hpp"
#include "fork_guard.hpp"

#include <pthread.h>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace weft::detail {

namespace {

/// The thread, and what it looks at. All of it is guarded by process_guard(), so that fork() finds
/// it whole.
struct watch_thread {
    const unsigned generation = fork_generation();
    std::vector<watched*> all;
    std::condition_variable changed;
    bool stopping = false;
    std::thread runner;

    void run() {
        ::pthread_setname_np(::pthread_self(), "weft-watch");
        std::unique_lock lock(process_guard());
        while (!stopping) {
            clock::duration pause = std::chrono::hours(1);
            for (watched* each : all) {
                pause = std::min(pause, each->look());
            }
            changed.wait_for(lock, pause);
        }
    }
};

watch_thread* present = nullptr;

}  // namespace

void begin_watching(watched& added) {
    const std::lock_guard lock(process_guard());
    if (present == nullptr || present->generation != fork_generation()) {
        auto made = std::make_unique<watch_thread>();
        const blocked_signals blocked;
        made->runner = std::thread(&watch_thread::run, made.get());
        present = made.release();  // one of before a fork() is left alone: its thread is not here
    }
    present->all.push_back(&added);
    present->changed.notify_one();
}

void end_watching(watched& removed) noexcept {
    std::unique_lock lock(process_guard());
    if (present == nullptr || present->generation != fork_generation()) {
        return;
    }
    std::erase(present->all, &removed);
    if (present->all.empty()) {
        const std::unique_ptr<watch_thread> ending(std::exchange(present, nullptr));
        ending->stopping = true;
        ending->changed.notify_one();
        lock.unlock();
        ending->runner.join();
    }
}

}  // namespace weft::detail
