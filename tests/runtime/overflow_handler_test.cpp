// SPDX-License-Identifier: BSL-1.0
#include "overflow_handler.hpp"

#include <weft/task.hpp>

#include "stack_memory.hpp"
#include "stack_pool.hpp"

#include "support/runtime_test.hpp"

#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace weft {
namespace {

using OverflowHandler = test::runtime_test;

[[gnu::noinline]] std::size_t recurse(std::size_t depth) {
    volatile char frame[256];
    frame[0] = static_cast<char>(depth);
    return depth == 0 ? 0 : recurse(depth - 1) + static_cast<std::size_t>(frame[0]);
}

void overflow() {
    static_cast<void>(recurse(100'000'000));
}

void overflow_in_fiber(std::size_t stack_size) {
    spawn(&overflow, {.name = "deep", .stack_size = stack_size}).get();
}

// Scenario 3: the message names the fiber, the size of its stack and where it was spawned.
TEST_F(OverflowHandler, NamesTheFiberAtEverySize) {
    for (const std::size_t kib : {16U, 64U, 256U, 1024U}) {
        const std::string expected = "weft: stack overflow in fiber [0-9]+ \"deep\": stack of " +
                                     std::to_string(kib * 1024) +
                                     " bytes at [0-9]+, spawned at .*overflow_handler_test.cpp:";
        EXPECT_DEATH(run([kib] { overflow_in_fiber(kib * 1024); }), expected);
    }
}

TEST_F(OverflowHandler, NamesTheMainFiber) {
    EXPECT_DEATH(run([] { overflow(); }), "weft: stack overflow in fiber [0-9]+ \"main\"");
}

TEST_F(OverflowHandler, WorksOnOtherThreads) {
    EXPECT_DEATH(
        {
            std::thread other([] { weft::run([] { overflow_in_fiber(64 * 1024); }); });
            other.join();
        },
        "weft: stack overflow in fiber [0-9]+ \"deep\"");
}

TEST_F(OverflowHandler, WorksWithMprotectGuards) {
    EXPECT_DEATH(
        {
            detail::force_mprotect_guards(true);
            run([] { overflow_in_fiber(64 * 1024); });
        },
        "weft: stack overflow in fiber [0-9]+ \"deep\"");
}

// The stack of the fiber that is named, though others stand around it.
TEST_F(OverflowHandler, FindsTheRightOneAmongMany) {
    EXPECT_DEATH(run([] {
                     std::vector<task<>> others;
                     for (int i = 0; i < 100; ++i) {
                         others.push_back(spawn([] { this_fiber::yield(); }, {.name = "other"}));
                     }
                     overflow_in_fiber(0);
                 }),
                 "in fiber [0-9]+ \"deep\"");
}

TEST_F(OverflowHandler, OtherFaultsKeepTheirEffect) {
    if (test::sanitized()) {
        GTEST_SKIP() << "sanitizers report faults in their own way";
    }
    EXPECT_EXIT(run([] {
                    volatile int* volatile nowhere = nullptr;  // no compiler may know it
                    *nowhere = 1;
                }),
                ::testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(OverflowHandler, OtherFaultsReachTheHandlerBefore) {
    EXPECT_EXIT(
        {
            struct sigaction earlier {};
            earlier.sa_handler = [](int) { std::_Exit(42); };
            ::sigaction(SIGSEGV, &earlier, nullptr);
            run([] { ::raise(SIGSEGV); });
        },
        ::testing::ExitedWithCode(42), "");
}

TEST_F(OverflowHandler, RestoresWhatWasThere) {
    struct sigaction before {};
    struct sigaction after {};
    stack_t stack_before{};
    stack_t stack_after{};
    ::sigaction(SIGSEGV, nullptr, &before);
    ::sigaltstack(nullptr, &stack_before);
    run([&] {
        struct sigaction inside {};
        ::sigaction(SIGSEGV, nullptr, &inside);
        EXPECT_NE(inside.sa_sigaction, before.sa_sigaction);
    });
    ::sigaction(SIGSEGV, nullptr, &after);
    ::sigaltstack(nullptr, &stack_after);
    EXPECT_EQ(after.sa_sigaction, before.sa_sigaction);
    EXPECT_EQ(stack_after.ss_sp, stack_before.ss_sp);
    EXPECT_EQ(stack_after.ss_flags, stack_before.ss_flags);
}

using OverflowHandlerSlow = test::runtime_test;

// Scenario 3: 10,000 fibers with guards start, also where guards cost a mapping each.
TEST_F(OverflowHandlerSlow, TenThousandGuardedFibersStart) {
    may_compute();
    constexpr int count = test::sanitized() ? 2000 : 10'000;  // ThreadSanitizer takes 8128
    for (const bool mprotect : {false, true}) {
        detail::force_mprotect_guards(mprotect);
        run([] {
            std::vector<task<>> all;
            for (int i = 0; i < count; ++i) {
                all.push_back(spawn([] { this_fiber::yield(); }));
            }
            for (auto& each : all) {
                each.get();
            }
        });
    }
    detail::force_mprotect_guards(false);
}

// In a process of its own, since it leaves no mapping for anybody else.
TEST_F(OverflowHandlerSlow, GuardsBeyondTheMapLimitSaySo) {
    if (test::sanitized()) {
        GTEST_SKIP() << "sanitizers need mappings of their own";
    }
    EXPECT_EXIT(
        {
            detail::force_mprotect_guards(true);
            detail::stack_pool pool;
            try {
                for (int i = 0; i < 1'000'000; ++i) {
                    static_cast<void>(pool.allocate(16 * 1024));
                }
            } catch (const std::system_error& error) {
                std::fputs(error.what(), stderr);
                std::_Exit(7);
            }
            std::_Exit(0);
        },
        ::testing::ExitedWithCode(7), "vm.max_map_count");
}

}  // namespace
}  // namespace weft
