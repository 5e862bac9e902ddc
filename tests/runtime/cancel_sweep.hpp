// SPDX-License-Identifier: BSL-1.0

#pragma once

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace weft::test {

/// What a scenario consists of. A new one is made for every run.
struct cast {
    std::function<void()> victim;               ///< is cancelled somewhere on its way
    std::vector<std::function<void()>> others;  ///< must all end by themselves
    std::function<void()> check;                ///< afterwards
};

/// Runs a scenario once per point at which its victim can be cancelled and per random order of the
/// fibers.
class cancel_sweep : public runtime_test {
protected:
    int most_points = 2000;  ///< where the victim's way takes real time it has no last point
    std::uint64_t orders = sanitized() ? 4 : 20;  ///< of the fibers
    clock::duration pause{};  ///< every fourth point takes so much virtual time, if any

    void cancel_everywhere(const std::function<cast()>& make) {
        for (options.order_seed = 0; options.order_seed < orders; ++options.order_seed) {
            for (int point = 0; point < most_points; ++point) {
                SCOPED_TRACE("seed " + std::to_string(options.order_seed) + ", point " +
                             std::to_string(point));
                const bool in_time = run([&] { return cancel_at(point, make()); });
                if (!in_time || HasFailure()) {
                    break;
                }
            }
            ASSERT_FALSE(HasFailure());
        }
    }

private:
    /// Returns whether the victim had not ended yet.
    bool cancel_at(int point, const cast& all) const {
        std::vector<task<>> others;
        for (const auto& each : all.others) {
            others.push_back(spawn(each));
        }
        auto victim = spawn(all.victim);
        for (int i = 0; i < point; ++i) {
            if (pause > pause.zero() && i % 4 == 3) {
                this_fiber::sleep_for(pause);
            } else {
                this_fiber::yield();
            }
        }
        const bool in_time = victim.cancel();
        // Virtual time passes only when everybody waits: a deadlock.
        EXPECT_NO_THROW(fail_after(std::chrono::hours(1), [&] {
            victim.join();
            for (auto& each : others) {
                each.join();
            }
        })) << "deadlock";
        all.check();
        return in_time;
    }
};

}  // namespace weft::test
