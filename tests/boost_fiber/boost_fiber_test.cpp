// SPDX-License-Identifier: BSL-1.0
#include "support/runtime_test.hpp"

#include <weft/boost_fiber.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>
#include <boost/fiber/all.hpp>

#include <cerrno>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace weft {
namespace {

namespace bf = boost::fibers;
using namespace std::chrono_literals;

TEST(BoostFiber, FibersOfBoostFiberSleepInWeft) {
    const boost_fiber_runtime attached;
    std::vector<int> order;
    const auto start = clock::now();
    bf::fiber slow([&] {
        this_fiber::sleep_until(start + 2ms);
        order.push_back(2);
    });
    bf::fiber quick([&] {
        this_fiber::sleep_until(start + 1ms);
        order.push_back(1);
    });
    slow.join();
    quick.join();
    EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(BoostFiber, MainFiberOfTheThreadWaitsInWeft) {
    const boost_fiber_runtime attached;
    const auto before = clock::now();
    this_fiber::sleep_for(1ms);
    EXPECT_GE(clock::now() - before, 1ms);
    auto task = spawn([] { return 7; });
    EXPECT_EQ(task.get(), 7);
}

TEST(BoostFiber, TakesFibersThatWereThereBefore) {
    std::string said;
    bf::fiber early([&] {
        boost::this_fiber::yield();
        this_fiber::sleep_for(1ms);
        said = "slept in weft";
    });
    {
        const boost_fiber_runtime attached;
        early.join();
    }
    EXPECT_EQ(said, "slept in weft");
}

TEST(BoostFiber, FibersGoOnWithoutItAfterwards) {
    int steps = 0;
    bf::fiber late;
    {
        const boost_fiber_runtime attached;
        late = bf::fiber([&] {
            for (; steps < 100; ++steps) {
                boost::this_fiber::yield();
            }
        });
    }
    late.join();
    EXPECT_EQ(steps, 100);
    bf::fiber afterwards([&] { ++steps; });
    afterwards.join();
    EXPECT_EQ(steps, 101);
}

TEST(BoostFiber, EndCancelsWhatWaitsInWeft) {
    bool cancelled_there = false;
    bf::fiber waiting;
    {
        const boost_fiber_runtime attached;
        waiting = bf::fiber([&] {
            try {
                this_fiber::sleep_for(1h);
            } catch (const cancelled&) {
                cancelled_there = true;
            }
        });
        boost::this_fiber::yield();
    }
    waiting.join();
    EXPECT_TRUE(cancelled_there);
}

TEST(BoostFiber, TimeLimitsReachIntoFibersOfBoostFiber) {
    const boost_fiber_runtime attached;
    bool limited = false;
    bf::fiber([&] {
        try {
            fail_after(1ms, [] { this_fiber::sleep_for(1h); });
        } catch (const timeout_error&) {
            limited = true;
        }
    }).join();
    EXPECT_TRUE(limited);
}

TEST(BoostFiber, TimeLimitsReachIntoTheMainFiber) {
    const boost_fiber_runtime attached;
    EXPECT_THROW(fail_after(1ms, [] { this_fiber::sleep_for(1h); }), timeout_error);
}

TEST(BoostFiber, LaunchDispatchRunsAtOnceAndCanWait) {
    const boost_fiber_runtime attached;
    std::string said = "before ";
    bf::fiber at_once(bf::launch::dispatch, [&] {
        said += "inside ";
        this_fiber::sleep_for(1ms);
        said += "slept";
    });
    said += "launched ";
    at_once.join();
    EXPECT_EQ(said, "before inside launched slept");
}

// Reliability scenario 1
TEST(BoostFiber, EachFiberHasItsExceptions) {
    const boost_fiber_runtime attached;
    std::string seen;
    const auto rethrow_after_others = [&](const char* what) {
        try {
            try {
                throw std::runtime_error(what);
            } catch (const std::runtime_error&) {
                boost::this_fiber::yield();
                throw;
            }
        } catch (const std::runtime_error& mine) {
            seen += std::string(what) + (mine.what() == std::string(what) ? "+" : "-");
        }
    };
    bf::fiber one(rethrow_after_others, "one");
    bf::fiber two(bf::launch::dispatch, rethrow_after_others, "two");
    one.join();
    two.join();
    EXPECT_TRUE(seen == "one+two+" || seen == "two+one+") << seen;
}

// Reliability scenario 2
TEST(BoostFiber, EachFiberHasItsErrno) {
    const boost_fiber_runtime attached;
    int seen_one = 0;
    int seen_two = 0;
    const auto set_and_see = [](int value, int& seen) {
        errno = value;
        boost::this_fiber::yield();
        seen = errno;
    };
    bf::fiber one(set_and_see, ENOENT, std::ref(seen_one));
    bf::fiber two(bf::launch::dispatch, set_and_see, EEXIST, std::ref(seen_two));
    errno = EPERM;
    one.join();
    two.join();
    EXPECT_EQ(seen_one, ENOENT);
    EXPECT_EQ(seen_two, EEXIST);
}

TEST(BoostFiber, UsersPropertiesOfAFiberAreLeftAlone) {
    struct mine final : bf::fiber_properties {
        mine() : fiber_properties(nullptr) {}
        int value = 5;
    };
    const boost_fiber_runtime attached;
    int seen = 0;
    bf::fiber_properties* const given = new mine;  // which the fiber deletes
    bf::fiber one(given, [&] {
        this_fiber::sleep_for(1ms);
        seen = boost::this_fiber::properties<mine>().value;
    });
    one.join();
    EXPECT_EQ(seen, 5);
}

TEST(BoostFiber, SecondRuntimeOfAThreadIsRefused) {
    const boost_fiber_runtime attached;
    EXPECT_THROW(boost_fiber_runtime{}, usage_error);
    EXPECT_THROW(run([] {}), usage_error);
    run_options chosen;
    chosen.engine = &boost_fiber_engine;
    EXPECT_THROW(run([] {}, chosen), usage_error);
}

TEST(BoostFiber, AttachingInsideARunIsRefused) {
    run([] { EXPECT_THROW(boost_fiber_runtime{}, usage_error); });
}

// Boost.Fiber tells AddressSanitizer nothing of its switches; weft's engine does, but none is there
// when these exceptions are thrown.
constexpr const char* not_with_sanitizers = "Boost.Fiber alone cannot throw under AddressSanitizer";

TEST(BoostFiber, AttachingOnAnotherThanTheMainFiberIsRefused) {
    if (test::sanitized()) {
        GTEST_SKIP() << not_with_sanitizers;
    }
    bool refused = false;
    bf::fiber([&] {
        try {
            const boost_fiber_runtime attached;
        } catch (const usage_error&) {
            refused = true;
        }
    }).join();
    EXPECT_TRUE(refused);
}

TEST(BoostFiber, CallsWithoutARuntimeAreRefused) {
    { const boost_fiber_runtime attached; }
    EXPECT_THROW(this_fiber::sleep_for(1ms), usage_error);
}

TEST(BoostFiber, CallsOfFibersWithoutARuntimeAreRefused) {
    if (test::sanitized()) {
        GTEST_SKIP() << not_with_sanitizers;
    }
    bf::fiber([] { EXPECT_THROW(this_fiber::yield(), usage_error); }).join();
    std::thread([] {
        bf::fiber([] { EXPECT_THROW(this_fiber::yield(), usage_error); }).join();
    }).join();
}

TEST(BoostFiberDeathTest, AnotherAlgorithmDuringARuntimeEndsTheProgram) {
    EXPECT_DEATH(
        {
            const boost_fiber_runtime attached;
            bf::use_scheduling_algorithm<bf::algo::round_robin>();
        },
        "use_scheduling_algorithm\\(\\) replaced weft's");
}

TEST(BoostFiber, ServesTenThousandFibersOneAfterTheOther) {
    const boost_fiber_runtime attached;
    int count = 0;
    for (int i = 0; i < 10'000; ++i) {
        bf::fiber([&] { ++count; }).join();
    }
    EXPECT_EQ(count, 10'000);
}

}  // namespace
}  // namespace weft
