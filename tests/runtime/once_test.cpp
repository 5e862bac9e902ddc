// SPDX-License-Identifier: BSL-1.0
#include <weft/once.hpp>

#include <weft/error.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <stdexcept>
#include <vector>

namespace weft {
namespace {

using Once = test::runtime_test;

FIBER_TEST_F(Once, CallsTheFirstFunctionOnly) {
    once_flag made;
    int calls = 0;
    std::vector<task<>> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(spawn([&] {
            call_once(
                made,
                [&](int added) {
                    let_others_run(3);
                    calls += added;
                },
                1);
            EXPECT_EQ(calls, 1) << "it returned before the call was over";
        }));
    }
    for (auto& each : all) {
        each.get();
    }
    EXPECT_TRUE(made.done());
}

FIBER_TEST_F(Once, ExceptionLetsTheNextTry) {
    once_flag made;
    auto failing = spawn([&] {
        call_once(made, [] {
            this_fiber::yield();
            throw std::domain_error("first");
        });
    });
    auto next = spawn([&] { call_once(made, [] {}); });
    EXPECT_THROW(failing.get(), std::domain_error);
    next.get();
    EXPECT_TRUE(made.done());
}

FIBER_TEST_F(Once, CancelledCallLetsTheNextTry) {
    once_flag made;
    int ended = 0;
    const auto slow = [&] {
        let_others_run(10);
        ++ended;
    };
    auto first = spawn([&] { call_once(made, slow); });
    auto second = spawn([&] { call_once(made, slow); });
    let_others_run();
    first.cancel();
    second.get();
    EXPECT_THROW(first.get(), cancelled);
    EXPECT_EQ(ended, 1);
}

// T038
FIBER_TEST_F(Once, DoneFlagThrowsWhenCancelled) {
    once_flag made;
    call_once(made, [] {});
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] { call_once(made, [] {}); }));
}

FIBER_TEST_F(Once, CallFromWithinIsRefused) {
    once_flag made;
    EXPECT_THROW(call_once(made, [&] { call_once(made, [] {}); }), usage_error);
    EXPECT_FALSE(made.done());
}

}  // namespace
}  // namespace weft
