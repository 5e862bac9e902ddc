// SPDX-License-Identifier: BSL-1.0
//
// Waits for other fibers, cancelled at every moment. Afterwards nothing was lost or taken twice.
// Covers A.16: bpo-27585, bpo-32734, anyio #387, bpo-45997, gh-90155, bpo-22970, bpo-32841,
// gh-112202, bpo-23812, gh-92824, gh-153761 and T084, T089, T092, T095, T121.
#include <weft/channel.hpp>
#include <weft/condition_variable.hpp>
#include <weft/event.hpp>
#include <weft/mutex.hpp>
#include <weft/scope.hpp>
#include <weft/semaphore.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>

#include "cancel_sweep.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;

using test::cast;

class CancelSweepSlow : public test::cancel_sweep {};

TEST_F(CancelSweepSlow, Mutex) {
    cancel_everywhere([] {
        struct shared_state {
            mutex guard;
            int inside = 0;
        };
        auto shared = std::make_shared<shared_state>();
        const auto worker = [shared] {
            for (int i = 0; i < 3; ++i) {
                const std::lock_guard lock(shared->guard);
                EXPECT_EQ(++shared->inside, 1);
                const int before = shared->inside;
                try {
                    this_fiber::yield();
                } catch (const cancelled&) {
                    shared->inside = before - 1;
                    throw;
                }
                --shared->inside;
            }
        };
        return cast{worker, {worker, worker}, [shared] {
                        EXPECT_EQ(shared->inside, 0);
                        EXPECT_TRUE(shared->guard.try_lock());
                        shared->guard.unlock();
                    }};
    });
}

/// Holds one permit for a lifetime.
class permit {
public:
    explicit permit(counting_semaphore& from) : from_(from) { from_.acquire(); }
    permit(const permit&) = delete;
    permit& operator=(const permit&) = delete;
    ~permit() { from_.release(); }

private:
    counting_semaphore& from_;
};

TEST_F(CancelSweepSlow, Semaphore) {
    cancel_everywhere([] {
        auto permits = std::make_shared<counting_semaphore>(2);
        const auto worker = [permits] {
            for (int i = 0; i < 3; ++i) {
                const permit held(*permits);
                this_fiber::yield();
            }
        };
        return cast{
            worker, {worker, worker, worker}, [permits] { EXPECT_EQ(permits->available(), 2); }};
    });
}

TEST_F(CancelSweepSlow, ConditionVariable) {
    cancel_everywhere([] {
        struct shared_state {
            mutex guard;
            condition_variable changed;
            int items = 0;
            int taken = 0;
        };
        static constexpr int all = 8;
        auto shared = std::make_shared<shared_state>();
        const auto consumer = [shared] {
            for (;;) {
                std::unique_lock lock(shared->guard);
                shared->changed.wait(lock,
                                     [&] { return shared->items > 0 || shared->taken == all; });
                if (shared->taken == all) {
                    return;
                }
                --shared->items;
                if (++shared->taken == all) {
                    shared->changed.notify_all();
                }
            }
        };
        const auto producer = [shared] {
            for (int i = 0; i < all; ++i) {
                {
                    const std::lock_guard lock(shared->guard);
                    ++shared->items;
                    shared->changed.notify_one();
                }
                this_fiber::yield();
            }
        };
        return cast{consumer, {consumer, producer}, [shared] {
                        EXPECT_EQ(shared->taken, all);
                        EXPECT_TRUE(shared->guard.try_lock());
                        shared->guard.unlock();
                    }};
    });
}

TEST_F(CancelSweepSlow, Event) {
    cancel_everywhere([] {
        struct shared_state {
            event happened;
            int woken = 0;
        };
        auto shared = std::make_shared<shared_state>();
        const auto waiter = [shared] {
            shared->happened.wait();
            ++shared->woken;
        };
        const auto setter = [shared] {
            this_fiber::yield();
            this_fiber::yield();
            shared->happened.set();
        };
        return cast{waiter, {waiter, waiter, setter}, [shared] { EXPECT_GE(shared->woken, 2); }};
    });
}

/// Numbers that went through a channel.
struct traffic {
    explicit traffic(std::size_t capacity) : numbers(capacity) {}
    channel<int> numbers;
    std::vector<int> sent;
    std::vector<int> received;
    int senders = 0;

    void send_some(int from, int count) {
        for (int i = from; i < from + count; ++i) {
            numbers.send(i);
            sent.push_back(i);
        }
    }
    void receive_all() {
        while (const auto number = numbers.receive()) {
            received.push_back(*number);
        }
    }
    void expect_each_once() {
        while (const auto left = numbers.try_receive()) {
            received.push_back(*left);
        }
        std::sort(sent.begin(), sent.end());
        std::sort(received.begin(), received.end());
        EXPECT_EQ(sent, received);
    }
};

TEST_F(CancelSweepSlow, ChannelReceiver) {
    for (const std::size_t capacity : {0U, 1U, 3U}) {
        cancel_everywhere([capacity] {
            auto shared = std::make_shared<traffic>(capacity);
            const auto sender = [shared] {
                shared->send_some(0, 6);
                shared->numbers.close();
            };
            const auto receiver = [shared] { shared->receive_all(); };
            return cast{receiver, {receiver, sender}, [shared] {
                            EXPECT_EQ(shared->sent.size(), 6U);
                            shared->expect_each_once();
                        }};
        });
    }
}

TEST_F(CancelSweepSlow, ChannelSender) {
    for (const std::size_t capacity : {0U, 1U, 3U}) {
        cancel_everywhere([capacity] {
            auto shared = std::make_shared<traffic>(capacity);
            const auto victim = [shared] { shared->send_some(100, 6); };
            const auto sender = [shared] { shared->send_some(0, 6); };
            const auto receiver = [shared] {
                for (int i = 0; i < 6; ++i) {
                    shared->received.push_back(shared->numbers.receive().value());
                }
                static_cast<void>(move_on_after(1s, [&] { shared->receive_all(); }));
            };
            return cast{victim, {sender, receiver}, [shared] { shared->expect_each_once(); }};
        });
    }
}

TEST_F(CancelSweepSlow, Join) {
    cancel_everywhere([] {
        auto worker = std::make_shared<task<int>>(spawn([] {
            let_others_run(3);
            return 7;
        }));
        const auto joiner = [worker] { worker->join(); };
        return cast{joiner, {joiner}, [worker] { EXPECT_EQ(worker->get(), 7); }};
    });
}

TEST_F(CancelSweepSlow, Sleep) {
    pause = 1ms;
    cancel_everywhere([] {
        const auto sleeper = [] {
            for (int i = 0; i < 3; ++i) {
                this_fiber::sleep_for(1ms);
                this_fiber::yield();
            }
        };
        return cast{sleeper, {sleeper}, [] { EXPECT_LE(clock::now(), clock::time_point{4ms}); }};
    });
}

TEST_F(CancelSweepSlow, TaskGroup) {
    cancel_everywhere([] {
        struct shared_state {
            int began = 0;
            int ended = 0;
        };
        auto shared = std::make_shared<shared_state>();
        const auto victim = [shared] {
            with_task_group([&](task_group& group) {
                for (int i = 0; i < 3; ++i) {
                    group.spawn([shared] {
                        ++shared->began;
                        try {
                            let_others_run(3);
                        } catch (const cancelled&) {
                            ++shared->ended;
                            throw;
                        }
                        ++shared->ended;
                    });
                    this_fiber::yield();
                }
            });
        };
        return cast{victim, {}, [shared] { EXPECT_EQ(shared->began, shared->ended); }};
    });
}

}  // namespace
}  // namespace weft
