// SPDX-License-Identifier: BSL-1.0
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"

#include <weft/event.hpp>
#include <weft/run.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <thread>
#include <vector>

namespace weft::bench {

namespace {

using steady = std::chrono::steady_clock;

// Longer than a loop spins before it blocks.
constexpr std::chrono::microseconds silence{200};

double median_us(std::vector<steady::duration> times) {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return std::chrono::duration<double, std::micro>(*middle).count();
}

/// Calls `wake(i)` `count` times, each time after a silence, and waits until it was noticed, which
/// the other thread counts in `noticed`.
void wake_after_silence(std::size_t count, const std::atomic<std::size_t>& noticed,
                        const std::function<void(std::size_t)>& wake) {
    for (std::size_t i = 0; i < count; ++i) {
        std::this_thread::sleep_for(silence);
        wake(i);
        while (noticed.load(std::memory_order_acquire) <= i) {
        }
    }
}

/// From just before the wake until code runs on the thread that had been blocked.
double weft_blocked_us(std::size_t count) {
    std::vector<steady::duration> times(count);
    std::atomic<std::size_t> noticed{0};
    run([&] {
        event all;
        std::thread waker([&, loop = current_runtime()] {
            pin_to(chosen_cpus().load);
            wake_after_silence(count, noticed, [&](std::size_t i) {
                loop.post([&, i, start = steady::now()] {
                    times[i] = steady::now() - start;
                    noticed.store(i + 1, std::memory_order_release);
                });
            });
            loop.post([&] { all.set(); });
        });
        all.wait();
        waker.join();
    });
    return median_us(std::move(times));
}

/// Blocks until somebody has added to the eventfd.
void wait_for(int fd) {
    std::uint64_t value = 0;
    static_cast<void>(!::read(fd, &value, sizeof value));
}

void add_to(int fd) {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(fd, &one, sizeof one));
}

double eventfd_blocked_us(std::size_t count) {
    const int ping = ::eventfd(0, EFD_CLOEXEC);
    std::vector<steady::duration> times(count);
    steady::time_point start;
    std::atomic<std::size_t> noticed{0};
    std::thread waker([&] {
        pin_to(chosen_cpus().load);
        wake_after_silence(count, noticed, [&](std::size_t) {
            start = steady::now();
            add_to(ping);
        });
    });
    for (std::size_t i = 0; i < count; ++i) {
        wait_for(ping);
        times[i] = steady::now() - start;
        noticed.store(i + 1, std::memory_order_release);
    }
    waker.join();
    ::close(ping);
    return median_us(std::move(times));
}

/// Half of the way there and back between two runtimes.
double weft_ping_pong_us(std::size_t count) {
    std::vector<steady::duration> times(count);
    std::promise<runtime_handle> handle;
    event* over = nullptr;
    std::thread answering([&] {
        pin_to(chosen_cpus().load);
        run([&] {
            event until;
            over = &until;
            handle.set_value(current_runtime());
            until.wait();
        });
    });
    const auto other = handle.get_future().get();
    run([&] {
        event back;
        for (auto& each : times) {
            back.clear();
            const auto start = steady::now();
            other.post([&, home = current_runtime()] { home.post([&] { back.set(); }); });
            back.wait();
            each = (steady::now() - start) / 2;
        }
        other.post([&] { over->set(); });
    });
    answering.join();
    return median_us(std::move(times));
}

double eventfd_ping_pong_us(std::size_t count) {
    const int ping = ::eventfd(0, EFD_CLOEXEC);
    const int pong = ::eventfd(0, EFD_CLOEXEC);
    std::vector<steady::duration> times(count);
    std::thread answering([&] {
        pin_to(chosen_cpus().load);
        for (std::size_t i = 0; i < count; ++i) {
            wait_for(ping);
            add_to(pong);
        }
    });
    for (auto& each : times) {
        const auto start = steady::now();
        add_to(ping);
        wait_for(pong);
        each = (steady::now() - start) / 2;
    }
    answering.join();
    ::close(ping);
    ::close(pong);
    return median_us(std::move(times));
}

}  // namespace

void run_wake(const options& chosen) {
    const std::size_t wakes = chosen.quick ? 20 : 2'000;
    const std::size_t rallies = chosen.quick ? 100 : 20'000;
    hold({.bench = "wake",
          .figures = {{"of a loop blocked for 200 us, p50", "us", at_most_times(1.2)}},
          .weft = alone([=] { return weft_blocked_us(wakes); }),
          .baseline = alone([=] { return eventfd_blocked_us(wakes); })},
         chosen);
    hold({.bench = "wake",
          .figures = {{"ping-pong of two loops, one way, p50", "us", at_most_times(1.2)}},
          .weft = alone([=] { return weft_ping_pong_us(rallies); }),
          .baseline = alone([=] { return eventfd_ping_pong_us(rallies); })},
         chosen);
}

}  // namespace weft::bench
