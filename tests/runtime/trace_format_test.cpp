// SPDX-License-Identifier: BSL-1.0
#include <weft/trace_format.hpp>

#include <weft/event.hpp>
#include <weft/mutex.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "support/runtime_test.hpp"
#include "traced_runtime.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

namespace weft::trace {
namespace {

using namespace std::chrono_literals;
using TraceFormat = test::runtime_test;

/// How many traceable memories this process shows.
int shown_memories() {
    int found = 0;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(each.path(), gone).string();
        found += target.find("memfd:weft-trace") != std::string::npos ? 1 : 0;
    }
    return found;
}

TEST_F(TraceFormat, OneMemoryPerRuntimeIsFoundByItsName) {
    EXPECT_EQ(shown_memories(), 0);
    run([] { EXPECT_EQ(shown_memories(), 1); });
    EXPECT_EQ(shown_memories(), 0);
}

FIBER_TEST_F(TraceFormat, TheHeaderDescribesTheMemory) {
    const auto& memory = test::trace_memory_here();
    const header& shown = memory.header();
    EXPECT_EQ(shown.magic, magic);
    EXPECT_EQ(shown.version, version);
    EXPECT_EQ(shown.process, static_cast<std::uint32_t>(::getpid()));
    EXPECT_GT(shown.process_started, 0U);
    EXPECT_EQ(shown.rows.entry_size, sizeof(fiber_row));
    EXPECT_EQ(shown.events.count * sizeof(event), 16U * 1024 * 1024);
    EXPECT_LE(shown.stacks.offset + shown.stacks.entry_size * shown.stacks.count, shown.whole);
    EXPECT_STREQ(shown.reasons[3].data(), "mutex");
    EXPECT_GT(shown.started.monotonic, 0U);
}

FIBER_TEST_F(TraceFormat, ARowSaysWhatAFiberDoes) {
    weft::event happened;
    auto waiting = spawn([&] { happened.wait(); }, {.name = "waiting"});
    const auto id = waiting.id();
    const fiber_row* row = test::row_of(id);
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(row->state, row_state::ready);
    EXPECT_EQ(row->parent, this_fiber::id());
    EXPECT_STREQ(row->name.data(), "waiting");
    EXPECT_NE(std::string(reinterpret_cast<const char*>(row->spawn_file)).find("trace_format"),
              std::string::npos);
    let_others_run();
    EXPECT_EQ(row->state, row_state::parked);
    EXPECT_EQ(row->object, reinterpret_cast<std::uintptr_t>(&happened));
    EXPECT_EQ(row->waits, 1U);
    happened.set();
    EXPECT_EQ(row->state, row_state::ready);
    EXPECT_EQ(row->woken_by, this_fiber::id());
    let_others_run();
    EXPECT_EQ(row->state, row_state::finished);
    waiting.get();
    let_others_run(100);  // the engine on Boost.Fiber gives back some switches later
    EXPECT_EQ(test::row_of(id), nullptr);
}

FIBER_TEST_F(TraceFormat, WhoRunsIsSaidByTheLoop) {
    EXPECT_EQ(test::trace_memory_here().loop().running, this_fiber::id());
    EXPECT_EQ(test::trace_memory_here().loop().doing, phase::running);
    EXPECT_EQ(test::row_of(this_fiber::id())->kind, fiber_kind::main);
    std::uint64_t seen = 0;
    auto other = spawn([&] { seen = test::trace_memory_here().loop().running; });
    const auto id = other.id();
    other.get();
    EXPECT_EQ(seen, id);
}

FIBER_TEST_F(TraceFormat, AVersionIsEvenWhileNobodyWrites) {
    auto sleeper = spawn([] { this_fiber::sleep_for(1s); });
    let_others_run();
    const fiber_row* row = test::row_of(sleeper.id());
    EXPECT_EQ(row->version % 2, 0U);
    EXPECT_GT(row->version, 0U);
}

FIBER_TEST_F(TraceFormat, AJoinNamesWhomItWaitsFor) {
    weft::event happened;
    auto joined = spawn([&] { happened.wait(); });
    auto joining = spawn([&] { joined.get(); });
    let_others_run();
    EXPECT_EQ(test::row_of(joining.id())->blocked_on, joined.id());
    happened.set();
    joining.get();
}

FIBER_TEST_F(TraceFormat, ALockThatIsWaitedForNamesItsOwner) {
    mutex guard;
    std::unique_lock held(guard);
    EXPECT_EQ(test::object_row_of(&guard), nullptr) << "nobody waits for it";
    auto waiting = spawn([&] { const std::scoped_lock lock(guard); });
    let_others_run();
    const object_row* row = test::object_row_of(&guard);
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(row->owner, this_fiber::id());
    EXPECT_EQ(row->waiters, 1U);
    held.unlock();
    EXPECT_EQ(row->owner, waiting.id());
    EXPECT_EQ(row->waiters, 0U);
    EXPECT_EQ(row->contended, 1U);
    waiting.get();
}

FIBER_TEST_F(TraceFormat, ACancelledWaitForALockIsNotCounted) {
    mutex guard;
    const std::scoped_lock held(guard);
    auto waiting = spawn([&] { const std::scoped_lock lock(guard); });
    let_others_run();
    waiting.cancel();
    EXPECT_THROW(waiting.get(), cancelled);
    EXPECT_EQ(test::object_row_of(&guard)->waiters, 0U);
    EXPECT_EQ(test::object_row_of(&guard)->owner, this_fiber::id());
}

TEST_F(TraceFormat, FibersBeyondTheTableAreCounted) {
    options.trace = {.rows = 4};
    run([] {
        const loop& shown = test::trace_memory_here().loop();
        const auto before = shown.live;  // main, root, and perhaps the loop's own
        weft::event happened;
        std::vector<task<void>> waiting;
        for (int i = 0; i < 10; ++i) {
            waiting.push_back(spawn([&] { happened.wait(); }));
        }
        let_others_run();
        EXPECT_EQ(shown.live, before + 10);
        EXPECT_EQ(shown.without_row, before + 10 - 4);
        EXPECT_NE(test::row_of(waiting[0].id()), nullptr);
        EXPECT_EQ(test::row_of(waiting[9].id()), nullptr);
        happened.set();
        waiting.clear();
        let_others_run(100);
        auto later = spawn([&] { this_fiber::yield(); });
        EXPECT_NE(test::row_of(later.id()), nullptr) << "a row is used again";
    });
}

FIBER_TEST_F(TraceFormat, AForkedChildWritesIntoACopy) {
    loop& shown = test::trace_memory_here().loop();
    const auto before = shown.switches;
    const pid_t child = ::fork();
    if (child == 0) {
        shown.switches = 1'000'000'000;
        ::_exit(shown_memories());
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(shown.switches, before);
}

}  // namespace
}  // namespace weft::trace
