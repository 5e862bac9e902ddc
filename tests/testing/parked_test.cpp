// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/parked.hpp>

#include <weft/clock.hpp>
#include <weft/event.hpp>
#include <weft/io.hpp>
#include <weft/pipe.hpp>
#include <weft/task.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <chrono>

namespace weft::testing {

using namespace std::chrono_literals;

class Parked : public fiber_test {
protected:
    Parked() { options.time = time_source::virtual_time; }
};

FIBER_TEST_F(Parked, LetsOthersGetAsFarAsTheyCan) {
    event never_set;
    int steps = 0;
    auto busy = spawn([&] {
        for (; steps < 1'000; ++steps) {
            this_fiber::yield();
        }
        never_set.wait();
    });
    wait_until_all_parked();
    EXPECT_EQ(steps, 1'000);
    busy.cancel();
}

FIBER_TEST_F(Parked, DoesNotLetTimePass) {
    bool slept = false;
    auto sleeper = spawn([&] {
        this_fiber::sleep_for(1ms);
        slept = true;
    });
    const auto before = clock::now();
    wait_until_all_parked();
    EXPECT_FALSE(slept);
    EXPECT_EQ(clock::now(), before);
    sleeper.join();
}

FIBER_TEST_F(Parked, TakesUpWhatHasCome) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const unique_fd from(ends[0]);
    const unique_fd to(ends[1]);
    std::size_t came = 0;
    auto reader = spawn([&] {
        std::array<std::byte, 10> block{};
        came = io::read(from.get(), block);
    });
    wait_until_all_parked();
    EXPECT_EQ(::write(to.get(), "abc", 3), 3);
    wait_until_all_parked();
    EXPECT_EQ(came, 3U);
    reader.join();
}

}  // namespace weft::testing
