// SPDX-License-Identifier: BSL-1.0
#include <weft/shard.hpp>

#include <weft/error.hpp>

#include "blocked_signals.hpp"
#include "fiber.hpp"
#include "shard_set.hpp"

#include <pthread.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace weft {

namespace {

constexpr std::size_t most_shards = 1024;

void run_shard(detail::shard_set& all, std::size_t number, const run_options& options) noexcept {
    try {
        run([&] { all.run_member(number); }, options);
        all.left(number, nullptr);
    } catch (const interrupted&) {
        all.interrupted_in(number);
    } catch (...) {
        all.left(number, std::current_exception());
    }
}

/// Starts all shards but the first. Those that cannot be started count as failed.
std::vector<std::thread> start_others(detail::shard_set& all, const run_options& options) {
    std::vector<std::thread> threads;
    threads.reserve(all.count());
    const detail::blocked_signals blocked;
    for (std::size_t number = 1; number < all.count(); ++number) {
        try {
            threads.emplace_back([&all, &options, number] {
                ::pthread_setname_np(::pthread_self(),
                                     ("weft-shard-" + std::to_string(number)).c_str());
                run_shard(all, number, options);
            });
        } catch (...) {
            all.left(number, std::current_exception());
        }
    }
    return threads;
}

}  // namespace

std::size_t shard::count() const noexcept {
    return all_->count();
}

const runtime_handle& shard::runtime(std::size_t number) const {
    return all_->runtime(number);
}

void run_sharded(std::size_t count, const std::function<void(shard& self)>& function,
                 const run_options& options) {
    if (detail::current_fiber != nullptr) {
        throw usage_error("run_sharded: this thread is a runtime already");
    }
    if (count > most_shards) {
        throw usage_error("run_sharded: " + std::to_string(count) + " shards, at most " +
                          std::to_string(most_shards));
    }
    if (count == 0) {
        count = std::max(std::thread::hardware_concurrency(), 1U);
    }
    detail::shard_set all(count, function);
    auto threads = start_others(all, options);
    run_shard(all, 0, options);
    for (auto& each : threads) {
        each.join();
    }
    all.throw_failures(options.on_error);
}

}  // namespace weft
