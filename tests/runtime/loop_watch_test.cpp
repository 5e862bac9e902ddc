// SPDX-License-Identifier: BSL-1.0
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>
#include <weft/unique_fd.hpp>

#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"
#include "traced_runtime.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>
#include <vector>

namespace weft::trace {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

// Long enough for a busy machine: a fiber that waits for a processor is a stall, too.
constexpr auto limit = 50ms;

/// Stalls are real, whatever the clock of the fibers.
class LoopWatchSlow : public test::runtime_test {
protected:
    LoopWatchSlow() { may_compute(); }
};

/// As another process reads it: what the watching thread and signal handlers write meanwhile is
/// not synchronized with, but versions say whether it is whole.
template <class Row>
[[gnu::no_sanitize_thread]] std::optional<Row> copy_of(const Row& row) {
    const auto& words = reinterpret_cast<const volatile std::uint64_t&>(row);
    const auto& version = static_cast<const volatile std::uint32_t&>(row.version);
    Row copied{};
    auto* to = reinterpret_cast<std::uint64_t*>(&copied);
    const auto before = version;
    for (std::size_t i = 0; i < sizeof(Row) / sizeof(std::uint64_t); ++i) {
        to[i] = (&words)[i];
    }
    return before == version && before % 2 == 0 ? std::optional(copied) : std::nullopt;
}

std::vector<stall_row> stalls(detail::trace_memory& memory = test::trace_memory_here()) {
    std::vector<stall_row> found;
    for (const auto& row : memory.stalls()) {
        auto copied = copy_of(row);
        for (int i = 0; i < 1'000'000 && !copied; ++i) {  // a change takes nanoseconds
            copied = copy_of(row);
        }
        if (copied && copied->number != 0) {
            found.push_back(*copied);
        }
    }
    return found;
}

/// Keeps the loop until something is true, for 10 s at most.
template <class Condition>
bool keep_loop_until(Condition condition) {
    const auto end = steady::now() + 10s;
    while (!condition()) {
        if (steady::now() > end) {
            return false;
        }
    }
    return true;
}

/// A number that the watching thread writes.
template <class Number>
Number counted(Number& word) {
    return std::atomic_ref(word).load(std::memory_order_relaxed);
}

bool is_known() {
    const auto all = stalls();
    return std::ranges::any_of(all, [](const stall_row& each) { return each.where.size > 0; });
}

/// Keeps this thread in the kernel until another one sees that something is true, for 10 s at most.
/// Not inlined, so that it is a place of its own.
template <class Condition>
[[gnu::noinline]] void block_until(Condition condition) {
    std::array<int, 2> ends{};
    test::checked(::pipe2(ends.data(), O_CLOEXEC));
    const unique_fd reading(ends[0]);
    std::thread other([&condition, writing = unique_fd(ends[1])] {
        EXPECT_TRUE(keep_loop_until([&] {
            std::this_thread::yield();
            return condition();
        }));
    });
    // ThreadSanitizer keeps a signal back until a function is called that it knows, and frames of
    // such functions would end the walk of the stack.
    int step = 10;  // milliseconds; more and more, or most of them were spent on waking up
    pollfd ended{reading.get(), POLLIN, 0};
    while (::syscall(SYS_poll, &ended, 1, step) < 1) {
        static_cast<void>(steady::now());
        step = std::min(2 * step, 1'000);
    }
    other.join();
}

/// Blocks until there is one more stall, and its stack is taken where it gets a row.
void stall() {
    auto& memory = test::trace_memory_here();
    const auto before = counted(memory.loop().stalls);
    block_until([&memory, before] {
        const auto all = stalls(memory);
        return counted(memory.loop().stalls) > before &&
               (counted(memory.loop().stalls_suppressed) > 0 ||
                std::ranges::any_of(all, [before](const stall_row& each) {
                    return each.number > before && each.where.size > 0;
                }));
    });
}

/// Lets others run until a stall is over, for 10 s at most.
bool all_ended() {
    const auto end = steady::now() + 10s;
    const auto ended = [] {
        const auto all = stalls();
        return std::ranges::all_of(all, [](const stall_row& each) { return each.ended != 0; });
    };
    while (!ended() && steady::now() < end) {
        this_fiber::yield();
    }
    return ended();
}

TEST_F(LoopWatchSlow, AStallCanBeReadWhileItLasts) {
    options.trace.stall_limit = limit;
    run([&] {
        auto busy = spawn(
            [] {
                ASSERT_TRUE(keep_loop_until(is_known));
                const auto all = stalls();
                ASSERT_EQ(all.size(), 1U);
                EXPECT_EQ(all[0].fiber, this_fiber::id());
                EXPECT_EQ(all[0].where.fiber, this_fiber::id());
                EXPECT_EQ(all[0].ended, 0);
                EXPECT_GE(all[0].lasted, 50'000'000U);
            },
            {.name = "busy"});
        busy.get();
        ASSERT_TRUE(all_ended());
        EXPECT_STREQ(stalls().at(0).name.data(), "busy");
    });
}

TEST_F(LoopWatchSlow, TheStackIsThatOfTheFiber) {
    options.trace.stall_limit = limit;
    run([&] {
        const std::uint64_t here = 0x1234'5678'9abc'def0;  // stands on this stack
        const volatile std::uint64_t marker = here;
        auto& taken = test::trace_memory_here().stalls()[0].where.size;
        ASSERT_TRUE(keep_loop_until([&] { return counted(taken) > 0; }));  // on a shallow stack
        const auto where = stalls().at(0).where;
        constexpr std::size_t stack_pointer = 7;
        const auto at = reinterpret_cast<std::uintptr_t>(&marker);
        const auto offset = at - where.registers[stack_pointer];
        ASSERT_LE(offset + sizeof marker, where.size);
        std::uint64_t copied = 0;
        std::memcpy(&copied, &where.stack[offset], sizeof copied);
        EXPECT_EQ(copied, here);
    });
}

TEST_F(LoopWatchSlow, ComputingIsToldFromWaitingForTheKernel) {
    options.trace.stall_limit = limit;
    run([] {
        const auto is_long = [](const stall_row& each) { return each.lasted > 100'000'000; };
        ASSERT_TRUE(keep_loop_until([&] { return std::ranges::any_of(stalls(), is_long); }));
        for (const auto& each : stalls()) {
            EXPECT_NE(each.cause, stall_cause::blocking_call);  // others may have the processor
        }
        this_fiber::yield();  // once: on a busy machine each is another stall
        block_until([&memory = test::trace_memory_here()] {
            return std::ranges::any_of(stalls(memory), [](const stall_row& each) {
                // A look may find the thread on its way out of the call, and sees none.
                return each.cause == stall_cause::blocking_call && each.system_call == SYS_poll;
            });
        });
    });
}

/// Keeps the calling thread on one processor.
void stay_on(int processor) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(processor, &only);
    test::checked(::sched_setaffinity(0, sizeof only, &only));
}

/// Computes on a processor until the stall of a loop that waits for it is seen to last. Returns
/// whether all that was seen of it meanwhile was right.
bool take_processor_from(detail::trace_memory& loop, int processor) {
    stay_on(processor);
    bool right = true;
    return keep_loop_until([&] {
               const auto all = stalls(loop);
               right &= std::ranges::none_of(
                   all, [](const auto& each) { return each.cause == stall_cause::blocking_call; });
               return std::ranges::any_of(all, [](const auto& each) {
                   return each.cause == stall_cause::descheduled && each.lasted > 150'000'000;
               });
           }) &&
           right;
}

// The kernel counts that time only when it is over.
TEST_F(LoopWatchSlow, WaitingForTheProcessorIsToldWhileItLasts) {
    options.trace.stall_limit = limit;
    std::atomic<bool> over = false;
    bool right = false;
    std::thread([&] {  // a thread of its own: it cannot get out of SCHED_IDLE
        weft::run(
            [&] {
                const int processor = ::sched_getcpu();
                std::thread other([&, &memory = test::trace_memory_here()] {
                    right = take_processor_from(memory, processor);
                    over = true;
                });
                stay_on(processor);
                const sched_param none{};
                test::checked(::sched_setscheduler(0, SCHED_IDLE, &none));
                static_cast<void>(keep_loop_until([&] { return over.load(); }));
                other.join();
            },
            options);
    })
        .join();
    EXPECT_TRUE(right);
}

TEST_F(LoopWatchSlow, CountsTheFibersThatWaitMeanwhile) {
    options.trace.stall_limit = limit;
    run([] {
        if (test::trace_memory_here().header().context_inside != 0) {
            GTEST_SKIP() << "Boost.Fiber keeps what is ready";
        }
        auto first = spawn([] {});
        auto second = spawn([] {});
        ASSERT_TRUE(keep_loop_until([] {
            const auto all = stalls();
            return std::ranges::any_of(all, [](const auto& each) { return each.ready == 2; });
        }));
        first.get();
        second.get();
    });
}

TEST_F(LoopWatchSlow, AFiberThatLetsOthersRunIsNoStall) {
    options.trace.stall_limit = 2 * limit;
    run([] {
        const auto end = steady::now() + 150ms;
        while (steady::now() < end) {
            this_fiber::yield();
        }
        for (const auto& each : stalls()) {  // others may have the processor
            EXPECT_EQ(each.cause, stall_cause::descheduled);
        }
    });
}

TEST_F(LoopWatchSlow, StallsAtTheSamePlaceShareARow) {
    options.trace.stall_limit = limit;
    run([] {
        for (int i = 0; i < 8; ++i) {
            stall();
            ASSERT_TRUE(all_ended());
        }
        const auto all = stalls();
        ASSERT_FALSE(all.empty());
        EXPECT_LE(all.size(), 2U);  // one whose stack came too late has its own
        std::uint64_t told = 0;
        for (const auto& each : all) {
            told += 1 + each.repeated;
        }
        EXPECT_EQ(told, counted(test::trace_memory_here().loop().stalls));
    });
}

/// Each depth is another place.
[[gnu::noinline]] void stall_at_depth(int depth) {
    if (depth > 0) {
        stall_at_depth(depth - 1);
        asm volatile("" ::: "memory");  // no tail call
        return;
    }
    stall();
}

TEST_F(LoopWatchSlow, TooManyAreOnlyCounted) {
    options.trace.stall_limit = limit;
    run([] {
        auto& shown = test::trace_memory_here().loop();
        const auto suppressed = [&] { return counted(shown.stalls_suppressed); };
        for (int depth = 0; depth < 100 && suppressed() == 0; ++depth) {
            stall_at_depth(depth);
            ASSERT_TRUE(all_ended());
        }
        EXPECT_EQ(suppressed(), 1U);
        EXPECT_EQ(stalls().size(), std::size_t{detail::loop_watch::most_a_minute});
        EXPECT_GT(counted(shown.stalls), std::uint64_t{detail::loop_watch::most_a_minute});
    });
}

TEST_F(LoopWatchSlow, AStallIsRecordedWhenItIsOver) {
    options.trace.stall_limit = limit;
    run([] {
        const test::recording recorded;
        ASSERT_TRUE(keep_loop_until(is_known));
        ASSERT_TRUE(all_ended());
        keep_loop_until([end = steady::now() + 2ms] { return steady::now() > end; });
        for (int i = 0; i < 100; ++i) {
            this_fiber::yield();
        }
        const auto found = recorded.of(this_fiber::id(), event_type::stalled);
        ASSERT_FALSE(found.empty());
        EXPECT_GE(found[0].object, 5'000'000U);
        EXPECT_FALSE(test::stack_numbered(found[0].stack).empty());
    });
}

FIBER_TEST_F(LoopWatchSlow, AnswersAToolThatAsksWhereItIs) {
    auto& memory = test::trace_memory_here();
    ASSERT_EQ(memory.loop().signal, static_cast<std::uint32_t>(SIGURG));
    EXPECT_EQ(memory.loop().stall_limit, 0U);
    memory.control().asked_snapshot = 7;
    ::raise(SIGURG);
    EXPECT_EQ(memory.loop().answered_snapshot, 7U);
    EXPECT_EQ(memory.asked()[0].fiber, this_fiber::id());
    EXPECT_GT(memory.asked()[0].size, 0U);
    const auto time = memory.asked()[0].time;
    ::raise(SIGURG);  // nobody has asked again
    EXPECT_EQ(memory.asked()[0].time, time);
}

TEST_F(LoopWatchSlow, IsOnInDebugMode) {
    options.debug.enabled = true;
    run([] { EXPECT_EQ(test::trace_memory_here().loop().stall_limit, 25'000'000U); });
    options.trace.stall_limit = 0ms;
    run([] { EXPECT_EQ(test::trace_memory_here().loop().stall_limit, 0U); });
}

TEST_F(LoopWatchSlow, GivesTheSignalBack) {
    struct sigaction during {};
    struct sigaction after {};
    run([&] { ::sigaction(SIGURG, nullptr, &during); });
    ::sigaction(SIGURG, nullptr, &after);
    EXPECT_NE(during.sa_flags & SA_SIGINFO, 0);
    EXPECT_EQ(after.sa_handler, SIG_DFL);
}

}  // namespace
}  // namespace weft::trace
