// SPDX-License-Identifier: BSL-1.0
//
// Cancels whoever waits for tasks, groups and combinators at every point, in random orders:
// nothing is lost, done twice or left running.
#include <weft/as_completed.hpp>
#include <weft/fiber_local.hpp>
#include <weft/gather.hpp>
#include <weft/map_concurrently.hpp>
#include <weft/task_group.hpp>
#include <weft/wait.hpp>

#include "cancel_sweep.hpp"

#include <memory>
#include <ranges>
#include <vector>

namespace weft {
namespace {

using CancelSweepTasksSlow = test::cancel_sweep;
using test::cast;

/// Tasks that several fibers wait for.
struct shared_tasks {
    std::vector<task<int>> tasks;
    int taken = 0;

    shared_tasks() {
        for (int i = 0; i < 4; ++i) {
            tasks.push_back(spawn([i] {
                for (int laps = 0; laps < 2 * i; ++laps) {
                    this_fiber::yield();
                }
                return 1;
            }));
        }
    }

    void take_all() {
        for (auto& each : tasks) {
            taken += each.valid() ? each.get() : 0;
        }
        EXPECT_EQ(taken, 4);
    }
};

TEST_F(CancelSweepTasksSlow, Wait) {
    cancel_everywhere([] {
        auto shared = std::make_shared<shared_tasks>();
        const auto waiter = [shared] {
            EXPECT_FALSE(wait_any(shared->tasks).done.empty());
            EXPECT_TRUE(wait_first_exception(shared->tasks).pending.empty());
            EXPECT_EQ(wait_all(shared->tasks).done.size(), 4U);
        };
        return cast{waiter, {waiter, waiter}, [shared] { shared->take_all(); }};
    });
}

TEST_F(CancelSweepTasksSlow, AsCompleted) {
    struct tasks_as_they_end : shared_tasks {
        as_completed<int> ends{tasks};
    };
    cancel_everywhere([] {
        auto shared = std::make_shared<tasks_as_they_end>();
        const auto taker = [shared] {
            while (auto* ended = shared->ends.next()) {
                EXPECT_TRUE(ended->done());
                ++shared->taken;  // given to this fiber, and to no other
                this_fiber::yield();
            }
        };
        return cast{taker, {taker}, [shared] {
                        while (shared->ends.next() != nullptr) {
                            ++shared->taken;
                        }
                        EXPECT_EQ(shared->taken, 4);
                    }};
    });
}

/// Counts who is inside something.
struct presence {
    int inside = 0;
    int entered = 0;

    class visit {
    public:
        explicit visit(presence& of) : of_(of) {
            ++of_.inside;
            ++of_.entered;
        }
        visit(const visit&) = delete;
        visit& operator=(const visit&) = delete;
        ~visit() { --of_.inside; }

    private:
        presence& of_;
    };
};

TEST_F(CancelSweepTasksSlow, MapConcurrently) {
    cancel_everywhere([] {
        auto here = std::make_shared<presence>();
        const auto mapper = [here] {
            const auto numbers = map_concurrently(std::views::iota(0, 5), 2, [&](int number) {
                const presence::visit inside(*here);
                EXPECT_LE(here->inside, 4);
                this_fiber::yield();
                return number;
            });
            EXPECT_EQ(numbers, (std::vector{0, 1, 2, 3, 4}));
        };
        return cast{mapper, {mapper}, [here] {
                        EXPECT_EQ(here->inside, 0);
                        EXPECT_GE(here->entered, 5);
                    }};
    });
}

TEST_F(CancelSweepTasksSlow, GroupStart) {
    cancel_everywhere([] {
        auto here = std::make_shared<presence>();
        const auto starter = [here] {
            with_task_group([&](task_group& group) {
                auto held = group.start<std::shared_ptr<int>>([&](auto status) {
                    const presence::visit inside(*here);
                    this_fiber::yield();
                    status.started(std::make_shared<int>(1));
                    this_fiber::yield();
                });
                EXPECT_EQ(*held, 1);
                EXPECT_EQ(held.use_count(), 1);
            });
        };
        return cast{starter, {starter}, [here] { EXPECT_EQ(here->inside, 0); }};
    });
}

TEST_F(CancelSweepTasksSlow, GroupChildren) {
    cancel_everywhere([] {
        auto here = std::make_shared<presence>();
        const auto parent = [here] {
            const auto visitor = [here] {
                const presence::visit inside(*here);
                this_fiber::yield();
                return 1;
            };
            std::vector<child_task<int>> children;
            with_task_group([&](task_group& group) {
                for (int i = 0; i < 3; ++i) {
                    children.push_back(group.spawn_child(visitor));
                    this_fiber::yield();
                }
                EXPECT_EQ(children[0].get(), 1);
            });
            EXPECT_EQ(wait_all(children[1], children[2]).done.size(), 2U);
        };
        return cast{parent, {parent}, [here] { EXPECT_EQ(here->inside, 0); }};
    });
}

TEST_F(CancelSweepTasksSlow, Gather) {
    cancel_everywhere([] {
        auto here = std::make_shared<presence>();
        const auto gatherer = [here] {
            const auto visitor = [here] {
                const presence::visit inside(*here);
                this_fiber::yield();
                this_fiber::yield();
            };
            gather(visitor, visitor);
            EXPECT_GE(here->entered, 2);
        };
        return cast{gatherer, {gatherer}, [here] { EXPECT_EQ(here->inside, 0); }};
    });
}

TEST_F(CancelSweepTasksSlow, FiberLocal) {
    cancel_everywhere([] {
        struct shared_state {
            fiber_local<std::shared_ptr<int>> value;
            std::shared_ptr<int> held = std::make_shared<int>(0);
        };
        auto shared = std::make_shared<shared_state>();
        const auto user = [shared] {
            const auto during = shared->value.scoped(shared->held);
            auto child = spawn([shared] {
                this_fiber::yield();
                EXPECT_EQ(*shared->value, shared->held);
                shared->value.reset();
            });
            this_fiber::yield();
            EXPECT_EQ(*shared->value, shared->held);
            child.get();
        };
        return cast{user, {user}, [shared] { EXPECT_EQ(shared->held.use_count(), 1); }};
    });
}

}  // namespace
}  // namespace weft
