// SPDX-License-Identifier: BSL-1.0
//
// weft-microbench: what single calls cost when nobody has to wait, by google-benchmark.
//
// Its iteration counts, statistics and --benchmark_filter suit code that runs alone in one fiber.
// What needs a baseline in the same run is in weft-bench.
#include <weft/channel.hpp>
#include <weft/clock.hpp>
#include <weft/event.hpp>
#include <weft/gather.hpp>
#include <weft/mutex.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/semaphore.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>
#include <weft/timed_mutex.hpp>
#include <weft/worker_pool.hpp>

#include <benchmark/benchmark.h>

#include <chrono>

namespace {

/// Calls `step` in the main fiber of a runtime as often as `state` wants.
template <class Step>
void repeat(benchmark::State& state, Step step) {
    weft::run([&] {
        for (auto _ : state) {
            step();
        }
    });
}

void mutex_lock_unlock(benchmark::State& state) {
    weft::mutex guard;
    repeat(state, [&] {
        guard.lock();
        guard.unlock();
    });
}
BENCHMARK(mutex_lock_unlock);

// What a limit costs that is not needed, beside mutex_lock_unlock.
void timed_mutex_lock_for_unlock(benchmark::State& state) {
    weft::timed_mutex guard;
    repeat(state, [&] {
        if (guard.try_lock_for(std::chrono::seconds(1))) {
            guard.unlock();
        }
    });
}
BENCHMARK(timed_mutex_lock_for_unlock);

void semaphore_acquire_release(benchmark::State& state) {
    weft::counting_semaphore permits(1);
    repeat(state, [&] {
        permits.acquire();
        permits.release();
    });
}
BENCHMARK(semaphore_acquire_release);

void channel_send_receive(benchmark::State& state) {
    weft::channel<int> numbers(1);
    repeat(state, [&] {
        numbers.send(1);
        benchmark::DoNotOptimize(numbers.receive());
    });
}
BENCHMARK(channel_send_receive);

void event_wait_when_set(benchmark::State& state) {
    weft::event happened;
    happened.set();
    repeat(state, [&] { happened.wait(); });
}
BENCHMARK(event_wait_when_set);

void check_cancelled(benchmark::State& state) {
    repeat(state, [] { weft::this_fiber::check_cancelled(); });
}
BENCHMARK(check_cancelled);

void yield_alone(benchmark::State& state) {
    repeat(state, [] { weft::this_fiber::yield(); });
}
BENCHMARK(yield_alone);

void clock_now(benchmark::State& state) {
    repeat(state, [] { benchmark::DoNotOptimize(weft::clock::now()); });
}
BENCHMARK(clock_now);

void scope_without_deadline(benchmark::State& state) {
    repeat(state, [] {
        weft::cancel_scope scope;
        scope.run([] {});
    });
}
BENCHMARK(scope_without_deadline);

/// Arms a timer and disarms it, as most time limits do.
void scope_with_time_limit(benchmark::State& state) {
    repeat(state, [] { weft::fail_after(std::chrono::seconds(60), [] {}); });
}
BENCHMARK(scope_with_time_limit);

void gather_of_two(benchmark::State& state) {
    repeat(state,
           [] { benchmark::DoNotOptimize(weft::gather([] { return 1; }, [] { return 2; })); });
}
BENCHMARK(gather_of_two);

void group_of_one(benchmark::State& state) {
    repeat(state,
           [] { weft::with_task_group([](weft::task_group& group) { group.spawn([] {}); }); });
}
BENCHMARK(group_of_one);

void spawn_and_cancel(benchmark::State& state) {
    repeat(state, [] {
        auto never_run = weft::spawn([] {});
        never_run.cancel();
    });
}
BENCHMARK(spawn_and_cancel);

void to_thread_and_back(benchmark::State& state) {
    repeat(state, [] { weft::to_thread([] {}); });
}
BENCHMARK(to_thread_and_back)->UseRealTime();

void start_and_end_of_a_runtime(benchmark::State& state) {
    for (auto _ : state) {
        weft::run([] {});
    }
}
BENCHMARK(start_and_end_of_a_runtime);

}  // namespace

BENCHMARK_MAIN();
