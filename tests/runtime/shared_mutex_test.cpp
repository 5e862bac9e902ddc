// SPDX-License-Identifier: BSL-1.0
#include <weft/shared_mutex.hpp>

#include <weft/error.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/lock_conformance.hpp"
#include "support/runtime_test.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using SharedMutex = test::runtime_test;

/// Enters, notes `name`, stays for some passes.
task<> entering(shared_timed_mutex& guard, std::string& order, char name) {
    return spawn([&, name] {
        const auto stay = [&] {
            order += name;
            this_fiber::yield();
        };
        if (name == 'w') {
            const std::unique_lock alone(guard);
            stay();
        } else {
            const std::shared_lock together(guard);
            stay();
        }
    });
}

FIBER_TEST_F(SharedMutex, ReadersShareAndWritersExclude) {
    shared_mutex guard;
    int readers = 0;
    int most = 0;
    int writers = 0;
    std::vector<task<>> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(spawn([&, i] {
            if (i % 4 == 3) {
                const std::unique_lock alone(guard);
                EXPECT_EQ(++writers, 1);
                EXPECT_EQ(readers, 0);
                let_others_run(2);
                --writers;
            } else {
                const std::shared_lock together(guard);
                most = std::max(most, ++readers);
                EXPECT_EQ(writers, 0);
                let_others_run(2);
                --readers;
            }
        }));
    }
    for (auto& each : all) {
        each.get();
    }
    EXPECT_EQ(most, 3);
}

// T086: one line for both kinds; readers next to each other enter together.
FIBER_TEST_F(SharedMutex, ServesBothKindsInTheOrderOfArrival) {
    shared_timed_mutex guard;
    std::string order;
    guard.lock();
    std::vector<task<>> all;
    for (const char name : {'1', '2', 'w', '3', 'w', '4'}) {
        all.push_back(entering(guard, order, name));
    }
    let_others_run();
    EXPECT_EQ(guard.statistics().waiting, 6U);
    guard.unlock();
    EXPECT_EQ(guard.statistics().readers, 2U) << "up to the first writer";
    for (auto& each : all) {
        each.get();
    }
    EXPECT_EQ(order, "12w3w4");
}

FIBER_TEST_F(SharedMutex, NewcomersDoNotOvertakeAWaitingWriter) {
    shared_timed_mutex guard;
    std::string order;
    guard.lock_shared();
    auto writer = entering(guard, order, 'w');
    let_others_run();
    EXPECT_FALSE(guard.try_lock_shared());
    EXPECT_FALSE(guard.try_lock());
    auto reader = entering(guard, order, 'r');
    let_others_run();
    EXPECT_EQ(order, "");
    guard.unlock_shared();
    reader.get();
    EXPECT_EQ(order, "wr");
}

// anyio #1145: a waiter that leaves must not strand those behind it.
TEST_F(SharedMutex, WriterThatLeavesLetsTheReadersBehindItIn) {
    for (const bool by_limit : {true, false}) {
        run([&] {
            shared_timed_mutex guard;
            std::string order;
            guard.lock_shared();
            auto writer = spawn([&] { EXPECT_FALSE(guard.try_lock_for(by_limit ? 1ms : 1h)); });
            let_others_run();
            auto reader = entering(guard, order, 'r');
            let_others_run();
            EXPECT_EQ(order, "");
            by_limit ? this_fiber::sleep_for(1ms) : static_cast<void>(writer.cancel());
            let_others_run();
            EXPECT_EQ(order, "r") << "while the first reader still holds it";
            guard.unlock_shared();
        });
    }
}

// T084
FIBER_TEST_F(SharedMutex, CancelAndReleaseServeTheNextWaiter) {
    test::expect_cancel_and_release_to_serve_the_next<shared_mutex>();
}

// T084: a reader that was let in and is then cancelled before it runs still lets the writer in.
TEST_F(SharedMutex, CancelledReaderServesTheNextWriter) {
    for (const bool cancel_first : {true, false}) {
        run([&] {
            shared_timed_mutex guard;
            std::string order;
            guard.lock();
            auto reader = entering(guard, order, 'r');
            auto writer = entering(guard, order, 'w');
            let_others_run();
            cancel_first ? static_cast<void>(reader.cancel()) : guard.unlock();
            cancel_first ? guard.unlock() : static_cast<void>(reader.cancel());
            writer.get();
            EXPECT_THROW(reader.get(), cancelled);
            EXPECT_EQ(order, cancel_first ? "w" : "rw");
        });
    }
}

// T091
FIBER_TEST_F(SharedMutex, ReleaseOfWhatIsNotHeldIsRefused) {
    shared_mutex guard;
    EXPECT_THROW(guard.unlock(), usage_error);
    EXPECT_THROW(guard.unlock_shared(), usage_error);
    guard.lock();
    EXPECT_THROW(guard.unlock_shared(), usage_error);
    EXPECT_THROW(guard.lock(), usage_error);
    EXPECT_THROW(guard.lock_shared(), usage_error);
    spawn([&] { EXPECT_THROW(guard.unlock(), usage_error); }).get();
    EXPECT_EQ(guard.statistics().owner, this_fiber::id());
    guard.unlock();
    guard.lock_shared();
    EXPECT_THROW(guard.unlock(), usage_error);
    EXPECT_EQ(guard.statistics().readers, 1U);
    guard.unlock_shared();
}

// T038
FIBER_TEST_F(SharedMutex, UncontendedLocksThrowWhenCancelled) {
    shared_mutex guard;
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] {
        EXPECT_THROW(guard.lock(), cancelled);
        guard.lock_shared();
    }));
    EXPECT_TRUE(guard.try_lock());
    guard.unlock();
}

FIBER_TEST_F(SharedMutex, TimedFormsGiveUpAfterTheLimit) {
    shared_timed_mutex guard;
    guard.lock();
    spawn([&] {
        EXPECT_FALSE(guard.try_lock_for(1ms));
        EXPECT_FALSE(guard.try_lock_shared_for(1ms));
        EXPECT_FALSE(guard.try_lock_until(clock::now()));
        EXPECT_FALSE(guard.try_lock_shared_until(std::chrono::steady_clock::now()));
    }).get();
    guard.unlock();
    const std::chrono::duration<double> none(std::numeric_limits<double>::quiet_NaN());
    EXPECT_THROW(static_cast<void>(guard.try_lock_for(none)), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(guard.try_lock_shared_for(none)), std::invalid_argument);
    const std::shared_lock first(guard, 1ms);
    EXPECT_TRUE(spawn([&] {
                    const std::shared_lock second(guard, 1ms);
                    return second.owns_lock();
                }).get());
}

TEST_F(SharedMutex, NeedsAFiber) {
    shared_mutex guard;
    EXPECT_THROW(guard.lock(), usage_error);
    EXPECT_THROW(guard.lock_shared(), usage_error);
    EXPECT_THROW(static_cast<void>(guard.try_lock()), usage_error);
    EXPECT_THROW(static_cast<void>(guard.try_lock_shared()), usage_error);
}

}  // namespace
}  // namespace weft
