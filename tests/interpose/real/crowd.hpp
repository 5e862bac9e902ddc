// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Many fibers that use a blocking library at the same time, on one thread.

#include "support/runtime_test.hpp"

#include <weft/barrier.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace weft::test {

/// What many fibers got, and what it cost their thread.
struct crowd_outcome {
    std::vector<std::string> results{};
    std::chrono::milliseconds total{};   ///< from the moment when all were connected
    std::chrono::milliseconds latest{};  ///< by how much a fiber that only sleeps woke up too late
};

/// Measures by how much a sleep of 1 ms is late, until it ends.
class heartbeat {
public:
    heartbeat() : beats_(spawn([this] { beat(); })) {}
    heartbeat(const heartbeat&) = delete;
    heartbeat& operator=(const heartbeat&) = delete;
    ~heartbeat() { stop(); }

    /// From now on.
    void begin() noexcept { latest_ = {}; }

    clock::duration stop() {
        if (!done_) {
            done_ = true;
            beats_.join();
        }
        return latest_;
    }

private:
    void beat() {
        constexpr std::chrono::milliseconds interval(1);
        while (!done_) {
            const auto due = clock::now() + interval;
            this_fiber::sleep_until(due);
            latest_ = std::max<clock::duration>(latest_, clock::now() - due);
        }
    }

    bool done_ = false;
    clock::duration latest_{};
    task<> beats_;
};

/// `count` fibers each connect by `connect()`; when all have, each calls `call(connection)`.
///
/// In a fiber.
template <class Connect, class Call>
crowd_outcome in_a_crowd(std::size_t count, Connect connect, Call call) {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    crowd_outcome outcome;
    outcome.results.resize(count);
    heartbeat pulse;
    clock::time_point begin;
    barrier connected(count, [&] {
        begin = clock::now();
        pulse.begin();
    });
    std::vector<task<>> members;
    for (std::string& result : outcome.results) {
        members.push_back(spawn([&] {
            auto connection = connect();
            connected.arrive_and_wait();
            result = call(connection);
        }));
    }
    for (auto& each : members) {
        each.join();
    }
    outcome.total = duration_cast<milliseconds>(clock::now() - begin);
    outcome.latest = duration_cast<milliseconds>(pulse.stop());
    return outcome;
}

/// For tests against real servers, on real time.
class real_software_test : public runtime_test {
protected:
    real_software_test() { use_real_time(); }

    static constexpr std::size_t crowd_size = 50;

    /// That 50 calls that take `each` are made in far less than their sum, and keep no other fiber
    /// from running as long as a single one would have. Says what was measured. If others had the
    /// processor for that long, it is measured again, at most twice.
    template <class Connect, class Call>
    crowd_outcome expect_concurrent(const char* what, std::chrono::milliseconds each,
                                    Connect connect, Call call) {
        crowd_outcome outcome;
        for (int attempt = 0; attempt < 3; ++attempt) {
            outcome = run([&] { return in_a_crowd(crowd_size, connect, call); });
            std::printf(
                "[ measured ] %s: %zu calls of %lld ms in %lld ms, heartbeat at most %lld "
                "ms late\n",
                what, outcome.results.size(), static_cast<long long>(each.count()),
                static_cast<long long>(outcome.total.count()),
                static_cast<long long>(outcome.latest.count()));
            if (outcome.latest < each && outcome.total < each * crowd_size / 4) {
                break;
            }
        }
        EXPECT_GE(outcome.total, each);
        EXPECT_LT(outcome.total, each * crowd_size / 4);
        EXPECT_LT(outcome.latest, each);
        return outcome;
    }

    /// `use` gives the same text on a plain thread and on each fiber of a crowd.
    template <class Use>
    void expect_same_as_native(Use use) {
        const std::string native = use();
        EXPECT_NE(native, "");
        const auto outcome = run([&] {
            return in_a_crowd(
                crowd_size, [] { return 0; }, [&](int) { return use(); });
        });
        for (const std::string& each : outcome.results) {
            ASSERT_EQ(each, native);
        }
    }
};

}  // namespace weft::test
