// SPDX-License-Identifier: BSL-1.0
#include <weft/task_group.hpp>

#include <weft/event.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using TaskGroup = test::runtime_test;

/// Runs a group that fails and returns its failures.
template <class Body>
std::vector<std::string> failures_of(Body&& body) {
    std::vector<std::string> found;
    try {
        with_task_group(std::forward<Body>(body));
        ADD_FAILURE() << "the group did not fail";
    } catch (const exception_group& group) {
        for (const auto& each : group.errors()) {
            found.push_back(describe(each));
        }
    }
    return found;
}

void sleep_or_note(std::string& trace, const char* name) {
    try {
        this_fiber::sleep_for(1h);
    } catch (const cancelled&) {
        trace += name;
        throw;
    }
}

FIBER_TEST_F(TaskGroup, WaitsForAllChildren) {
    int ended = 0;
    with_task_group([&](task_group& group) {
        for (int i = 1; i <= 3; ++i) {
            group.spawn([&, i] {
                this_fiber::sleep_for(std::chrono::seconds(i));
                ++ended;
            });
        }
        EXPECT_EQ(group.running(), 3U);
    });
    EXPECT_EQ(ended, 3);
    EXPECT_EQ(clock::now(), clock::time_point{3s});
}

FIBER_TEST_F(TaskGroup, ReturnsTheResultOfItsBody) {
    const std::optional<int> result = with_task_group([](task_group&) { return 5; });
    EXPECT_EQ(result, 5);
}

// T066: a failing child cancels the body and the siblings, and only its failure is thrown.
FIBER_TEST_F(TaskGroup, FailureCancelsBodyAndSiblings) {
    std::string trace;
    const auto failures = failures_of([&](task_group& group) {
        group.spawn([&] { sleep_or_note(trace, "s"); });
        group.spawn([] {
            this_fiber::sleep_for(1s);
            throw std::runtime_error("child");
        });
        sleep_or_note(trace, "b");
    });
    EXPECT_EQ(failures, std::vector<std::string>{"child"});
    EXPECT_EQ(trace.size(), 2U);
    this_fiber::yield();  // the code after the group runs undisturbed
}

// T067
FIBER_TEST_F(TaskGroup, CollectsFailuresInTheOrderOfHappening) {
    const auto both = failures_of([](task_group& group) {
        group.spawn([] { throw std::runtime_error("A"); });
        try {
            this_fiber::sleep_for(1h);
        } catch (const cancelled&) {
            throw std::runtime_error("B");
        }
    });
    EXPECT_EQ(both, (std::vector<std::string>{"A", "B"}));
    const auto alone = failures_of([](task_group&) { throw std::runtime_error("B"); });
    EXPECT_EQ(alone, std::vector<std::string>{"B"});
}

FIBER_TEST_F(TaskGroup, BodyFailureCancelsTheChildren) {
    std::string trace;
    const auto failures = failures_of([&](task_group& group) {
        group.spawn([&] { sleep_or_note(trace, "c"); });
        let_others_run();
        throw std::runtime_error("body");
    });
    EXPECT_EQ(failures, std::vector<std::string>{"body"});
    EXPECT_EQ(trace, "c");
}

// T069, gh-116720: failures beat an outer cancellation, which comes at the next blocking call.
FIBER_TEST_F(TaskGroup, OuterCancellationSurvivesAFailure) {
    cancel_scope outer;
    bool reached = false;
    EXPECT_FALSE(outer.run([&] {
        const auto failures = failures_of([&](task_group& group) {
            group.spawn([] {
                try {
                    this_fiber::sleep_for(1h);
                } catch (const cancelled&) {
                    throw std::runtime_error("child");
                }
            });
            let_others_run();
            outer.cancel();
            this_fiber::yield();
        });
        EXPECT_EQ(failures, std::vector<std::string>{"child"});
        reached = true;
        this_fiber::yield();
        ADD_FAILURE() << "the cancellation was lost";
    }));
    EXPECT_TRUE(reached);
}

// T071: a cancelled child does not fail the group.
FIBER_TEST_F(TaskGroup, CancelledChildIsNoFailure) {
    int ended = 0;
    with_task_group([&](task_group& group) {
        group.spawn([] { throw cancelled(1, "by itself"); });
        group.spawn([&] {
            this_fiber::sleep_for(1s);
            ++ended;
        });
    });
    EXPECT_EQ(ended, 1);
}

// T072: children may add siblings while the group waits.
FIBER_TEST_F(TaskGroup, ChildrenAddSiblings) {
    int ended = 0;
    with_task_group([&](task_group& group) {
        group.spawn([&] {
            this_fiber::sleep_for(1s);
            group.spawn([&] {
                this_fiber::sleep_for(1s);
                ++ended;
            });
            ++ended;
        });
    });
    EXPECT_EQ(ended, 2);
    EXPECT_EQ(clock::now(), clock::time_point{2s});
}

// T072: refused while the group aborts; the function is destroyed and does not run.
FIBER_TEST_F(TaskGroup, SpawnIntoACancelledGroupIsRefused) {
    auto held = std::make_shared<int>(0);
    with_task_group([&](task_group& group) {
        group.cancel();
        EXPECT_THROW(group.spawn([held] { ADD_FAILURE(); }), usage_error);
    });
    EXPECT_EQ(held.use_count(), 1);
}

// A server that has accepted a connection when it is cancelled must be able to hand it on: the
// child is cancelled before it begins, which closes the connection, and the group is left as
// cancelled, not as failed.
FIBER_TEST_F(TaskGroup, SpawnUnderAnOuterCancellationDropsTheFunction) {
    auto held = std::make_shared<int>(0);
    cancel_scope outer;
    EXPECT_FALSE(outer.run([&] {
        with_task_group([&](task_group& group) {
            outer.cancel();
            group.spawn([held] { ADD_FAILURE() << "the child ran"; });
            this_fiber::yield();
        });
    }));
    EXPECT_EQ(held.use_count(), 1);
}

// T074
FIBER_TEST_F(TaskGroup, CancelEndsTheGroupWithoutAnException) {
    std::string trace;
    const auto result = with_task_group([&](task_group& group) {
        group.spawn([&] { sleep_or_note(trace, "c"); });
        let_others_run();
        group.cancel("enough");
        group.cancel();
        sleep_or_note(trace, "b");
        return 1;
    });
    EXPECT_EQ(result, std::nullopt);
    EXPECT_EQ(trace.size(), 2U);
}

// T074, gh-155418: a child that cancels the group is itself cancelled.
FIBER_TEST_F(TaskGroup, ChildThatCancelsTheGroupIsCancelledToo) {
    std::string trace;
    with_task_group([&](task_group& group) {
        group.spawn([&] {
            group.cancel();
            sleep_or_note(trace, "c");
        });
    });
    EXPECT_EQ(trace, "c");
}

// T074, gh-155433: a foreign time limit that expires while the group drains still comes out.
FIBER_TEST_F(TaskGroup, TimeLimitDuringTheDrainComesOut) {
    EXPECT_THROW(
        fail_after(1s,
                   [] {
                       with_task_group([](task_group& group) {
                           group.spawn([] { shield_for(10s, [] { this_fiber::sleep_for(2s); }); });
                           let_others_run();
                           group.cancel();
                       });
                       this_fiber::yield();
                   }),
        timeout_error);
    EXPECT_EQ(clock::now(), clock::time_point{2s});
}

// A.7, rule 3: the group waits for its children through an outer cancellation.
FIBER_TEST_F(TaskGroup, OuterCancellationWaitsForTheChildren) {
    bool ended = false;
    cancel_scope outer(clock::time_point{1s});
    EXPECT_FALSE(outer.run([&] {
        with_task_group([&](task_group& group) {
            group.spawn([&] {
                try {
                    this_fiber::sleep_for(1h);
                } catch (const cancelled& request) {
                    EXPECT_EQ(request.scope_id(), outer.id());
                    shield_for(10s, [] { this_fiber::sleep_for(5s); });
                    ended = true;
                    throw;
                }
            });
        });
    }));
    EXPECT_TRUE(ended);
    EXPECT_EQ(clock::now(), clock::time_point{6s});
}

FIBER_TEST_F(TaskGroup, CancellationThatComesWithTheLastEndIsThrown) {
    event last;
    cancel_scope outer;
    bool passed = false;
    EXPECT_FALSE(outer.run([&] {
        auto ending = spawn([&] {
            let_others_run();
            last.set();
            outer.cancel();
        });
        with_task_group([&](task_group& group) { group.spawn([&] { last.wait(); }); });
        passed = true;
    }));
    EXPECT_FALSE(passed);
}

FIBER_TEST_F(TaskGroup, CancellationOfABodyThatNeedsNoWaitComesAtTheNextCall) {
    cancel_scope outer;
    std::optional<int> result;
    EXPECT_FALSE(outer.run([&] {
        result = with_task_group([&](task_group&) {
            outer.cancel();
            return 5;
        });
        this_fiber::yield();
    }));
    EXPECT_EQ(result, 5);
}

// T023 and A.7, rule 8: a cancel before the children's first step reaches them.
FIBER_TEST_F(TaskGroup, ChildCancelledBeforeItBeganNeverRuns) {
    auto held = std::make_shared<int>(0);
    bool ran = false;
    with_task_group([&](task_group& group) {
        group.spawn([&ran, held] { ran = true; });
        group.cancel();
    });
    EXPECT_FALSE(ran);
    EXPECT_EQ(held.use_count(), 1);
}

// T064: a limit around the group is a timeout, one inside a child a failure of the group.
FIBER_TEST_F(TaskGroup, TimeoutsOutsideAndInside) {
    EXPECT_THROW(fail_after(1s,
                            [] {
                                with_task_group([](task_group& group) {
                                    group.spawn([] { this_fiber::sleep_for(1h); });
                                });
                            }),
                 timeout_error);
    const auto inside = failures_of([](task_group& group) {
        group.spawn([] { fail_after(1s, [] { this_fiber::sleep_for(1h); }); });
    });
    EXPECT_EQ(inside, std::vector<std::string>{timeout_error().what()});
}

FIBER_TEST_F(TaskGroup, GroupsNest) {
    const auto failures = failures_of([](task_group& outer) {
        outer.spawn([] {
            with_task_group(
                [](task_group& inner) { inner.spawn([] { throw std::runtime_error("deep"); }); });
        });
    });
    EXPECT_EQ(failures, std::vector<std::string>{"1 failure: deep"});
}

FIBER_TEST_F(TaskGroup, ChildrenThatComeAndGoCostNoMemory) {
    with_task_group([](task_group& group) {
        for (int i = 0; i < 20'000; ++i) {
            group.spawn([] {});
            if (i % 100 == 0) {
                this_fiber::yield();
            }
        }
    });
}

}  // namespace
}  // namespace weft
