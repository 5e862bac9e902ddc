// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "support/runtime_test.hpp"

#include <mutex>

namespace weft::test {

/// T084, bpo-27585, bpo-32734, anyio #387, #388: the first waiter is cancelled and the lock
/// released in one pass, in both orders. The second waiter gets it, and it is free at the end.
///
/// In a fiber. `Mutex` has statistics() with an owner.
template <class Mutex>
void expect_cancel_and_release_to_serve_the_next() {
    for (const bool cancel_first : {true, false}) {
        Mutex guard;
        guard.lock();
        auto first = spawn([&] {
            const std::lock_guard lock(guard);
            this_fiber::yield();
        });
        auto second = spawn([&] { const std::lock_guard lock(guard); });
        this_fiber::yield();
        if (cancel_first) {
            first.cancel();
            guard.unlock();
        } else {
            guard.unlock();
            first.cancel();
        }
        second.get();
        EXPECT_THROW(first.get(), cancelled) << "at the latest when it yields";
        EXPECT_EQ(guard.statistics().owner, 0U);
    }
}

}  // namespace weft::test
