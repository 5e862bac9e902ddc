// SPDX-License-Identifier: BSL-1.0
//
// What debug mode knows of locks. B, "lock owner death": a lock held by a fiber that has ended is
// reported to whoever waits for it.
#include "debug/lock_watch.hpp"

#include <weft/condition_variable.hpp>
#include <weft/mutex.hpp>
#include <weft/recursive_mutex.hpp>
#include <weft/shared_mutex.hpp>
#include <weft/task.hpp>
#include <weft/timed_mutex.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <shared_mutex>

namespace weft {
namespace {

using namespace std::chrono_literals;

class LockWatch : public test::runtime_test {
protected:
    LockWatch() { options.debug = {.enabled = true, .slow_step = 1h}; }

    /// The one report since the last call is about the fiber "waiting", which is then cancelled.
    void expect_abandoned(task<>& waiting) {
        const auto reports = take_reports();
        ASSERT_EQ(reports.size(), 1U);
        EXPECT_EQ(reports[0].kind, error_kind::lock_abandoned);
        EXPECT_EQ(reports[0].fiber_name, "waiting");
        waiting.cancel();
        waiting.join();
    }

    /// `take` leaves a lock behind that `want` waits for, before the end of its owner or after.
    template <class Take, class Want>
    void expect_reports(Take take, Want want) {
        spawn([&] { take(); }).get();
        auto late = spawn([&] { want(); }, {.name = "waiting"});
        this_fiber::yield();
        expect_abandoned(late);
    }
    template <class Take, class Want>
    void expect_reports_at_the_end(Take take, Want want) {
        auto owner = spawn([&] {
            take();
            this_fiber::yield();
        });
        auto waiting = spawn([&] { want(); }, {.name = "waiting"});
        owner.join();
        expect_abandoned(waiting);
    }
};

template <class Mutex>
class LockWatchOf : public LockWatch {};
using every_mutex = ::testing::Types<mutex, timed_mutex, recursive_mutex, recursive_timed_mutex,
                                     shared_mutex, shared_timed_mutex>;
TYPED_TEST_SUITE(LockWatchOf, every_mutex);

TYPED_TEST(LockWatchOf, FindsWhoeverHeldItAlone) {
    this->run([&] {
        TypeParam before;
        this->expect_reports([&] { before.lock(); }, [&] { before.lock(); });
        TypeParam after;
        this->expect_reports_at_the_end([&] { after.lock(); }, [&] { after.lock(); });
    });
}

FIBER_TEST_F(LockWatch, FindsItForWaitsWithALimit) {
    timed_mutex before;
    expect_reports([&] { before.lock(); }, [&] { EXPECT_FALSE(before.try_lock_for(1h)); });
    timed_mutex after;
    expect_reports_at_the_end([&] { after.lock(); }, [&] { EXPECT_FALSE(after.try_lock_for(1h)); });
}

FIBER_TEST_F(LockWatch, FindsReadersAndThoseWhoWaitToRead) {
    shared_mutex read;
    expect_reports([&] { read.lock_shared(); }, [&] { read.lock(); });
    shared_mutex read_later;
    expect_reports_at_the_end([&] { read_later.lock_shared(); }, [&] { read_later.lock(); });
    shared_mutex written;
    expect_reports([&] { written.lock(); }, [&] { written.lock_shared(); });
}

/// Leaves a fiber behind that has been notified and waits for a lock that never becomes free; exits
/// with 7 at the first report.
[[noreturn]] void relock_what_is_abandoned() {
    run_options options;
    options.debug = {.enabled = true, .slow_step = 1h};
    options.on_error = [](const error_report& report) {
        std::_Exit(report.kind == error_kind::lock_abandoned ? 7 : 1);
    };
    weft::run(
        [] {
            mutex guard;
            condition_variable changed;
            auto waiting = spawn([&] {
                std::unique_lock lock(guard);
                changed.wait(lock);
            });
            this_fiber::yield();
            spawn([&] {
                guard.lock();
                changed.notify_one();
                this_fiber::yield();
            }).get();
            waiting.join();
        },
        options);
    std::_Exit(2);
}

// Nothing can end that wait: the report is all there is.
TEST_F(LockWatch, FindsItForANotifiedFiber) {
    EXPECT_EXIT(relock_what_is_abandoned(), ::testing::ExitedWithCode(7), "");
}

FIBER_TEST_F(LockWatch, ReaderThatAsksForMoreIsRefusedInsteadOfWaitingForItself) {
    shared_timed_mutex guard;
    const std::shared_lock own(guard);
    EXPECT_THROW(guard.lock(), usage_error);
    EXPECT_THROW(static_cast<void>(guard.try_lock_for(1s)), usage_error);
    EXPECT_FALSE(guard.try_lock());
    {
        const std::shared_lock again(guard);  // nobody stands before it
    }
    auto writer = spawn([&] { const std::unique_lock lock(guard); });
    this_fiber::yield();
    EXPECT_THROW(guard.lock_shared(), usage_error);
    EXPECT_EQ(guard.statistics().readers, 1U);
    EXPECT_EQ(guard.statistics().waiting, 1U);
    writer.cancel();
    writer.join();
}

FIBER_TEST_F(LockWatch, ReaderThatHasGivenItBackMayAskForMore) {
    shared_mutex guard;
    guard.lock_shared();
    guard.unlock_shared();
    auto other = spawn([&] {
        const std::shared_lock lock(guard);
        this_fiber::yield();
    });
    this_fiber::yield();
    guard.lock();  // waits for the other one only
    guard.unlock();
    other.get();
    EXPECT_EQ(guard.statistics().readers, 0U);
}

// A fiber may give back what another one took; and a lock may stand where another one stood.
FIBER_TEST_F(LockWatch, ForgetsReadersThatAreGone) {
    auto guard = std::make_unique<shared_mutex>();
    guard->lock_shared();
    spawn([&] { guard->unlock_shared(); }).get();
    guard->lock();
    guard->unlock();
    guard->lock_shared();
    std::destroy_at(guard.get());
    std::construct_at(guard.get());
    auto reader = spawn([&] {
        const std::shared_lock lock(*guard);
        this_fiber::yield();
    });
    this_fiber::yield();
    guard->lock();
    guard->unlock();
    reader.get();
}

}  // namespace
}  // namespace weft
