// SPDX-License-Identifier: BSL-1.0
//
// The sweep of cancel_sweep_test.cpp over queues, the ends of channels and select(). Covers A.16:
// bpo-23812, python/asyncio #201, #256, #343, gh-92824 and T095 for all of them.
#include <weft/channel_ends.hpp>
#include <weft/queue.hpp>
#include <weft/select.hpp>

#include "cancel_sweep.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using test::cast;
using CancelSweepQueuesSlow = test::cancel_sweep;

/// What was put somewhere and what came out.
struct ledger {
    std::vector<int> in;
    std::vector<int> out;

    void expect_each_once() {
        std::sort(in.begin(), in.end());
        std::sort(out.begin(), out.end());
        EXPECT_EQ(in, out);
    }
};

template <class Queue>
struct queue_traffic : ledger {
    Queue items{2};

    void put_some(int from, int count) {
        for (int i = from; i < from + count; ++i) {
            items.put(i);
            in.push_back(i);
        }
    }
    void get_all() {
        try {
            for (;;) {
                out.push_back(items.get());
                items.task_done();
            }
        } catch (const queue_shut_down&) {
            return;
        }
    }
    void expect_done() {
        expect_each_once();
        const auto now = items.statistics();
        EXPECT_EQ(now.unfinished + now.size + now.putting + now.getting, 0U);
    }
};

template <class Queue>
cast victim_gets() {
    auto shared = std::make_shared<queue_traffic<Queue>>();
    const auto getter = [shared] { shared->get_all(); };
    const auto putter = [shared] {
        shared->put_some(0, 6);
        shared->items.shutdown();
        shared->items.join();
    };
    return {getter, {getter, putter}, [shared] { shared->expect_done(); }};
}

TEST_F(CancelSweepQueuesSlow, GettersOfQueues) {
    cancel_everywhere([] { return victim_gets<queue<int>>(); });
    cancel_everywhere([] { return victim_gets<lifo_queue<int>>(); });
    cancel_everywhere([] { return victim_gets<priority_queue<int>>(); });
}

TEST_F(CancelSweepQueuesSlow, PuttersOfQueues) {
    cancel_everywhere([] {
        auto shared = std::make_shared<queue_traffic<queue<int>>>();
        const auto victim = [shared] { shared->put_some(100, 5); };
        const auto putter = [shared] {
            shared->put_some(0, 5);
            this_fiber::sleep_for(1s);
            shared->items.shutdown();
        };
        return cast{
            victim, {putter, [shared] { shared->get_all(); }}, [shared] { shared->expect_done(); }};
    });
}

TEST_F(CancelSweepQueuesSlow, JoinersOfQueues) {
    cancel_everywhere([] {
        auto shared = std::make_shared<queue_traffic<queue<int>>>();
        const auto joiner = [shared] { shared->items.join(); };
        const auto putter = [shared] {
            shared->put_some(0, 5);
            shared->items.join();
            shared->items.shutdown();
        };
        return cast{joiner, {putter, joiner, [shared] { shared->get_all(); }}, [shared] {
                        shared->expect_done();
                    }};
    });
}

/// A channel whose ends every fiber copies for itself.
struct shared_ends : ledger {
    std::pair<sender<int>, receiver<int>> ends = make_channel<int>(1);

    void send_some(int from) {
        auto own = ends.first;
        for (int i = from; i < from + 4; ++i) {
            own.send(i);
            in.push_back(i);
        }
    }
    void receive_all() {
        auto own = ends.second;
        while (const auto number = own.receive()) {
            out.push_back(*number);
        }
    }
};

TEST_F(CancelSweepQueuesSlow, EndsOfChannels) {
    pause = 50ms;
    for (const bool victim_sends : {true, false}) {
        cancel_everywhere([victim_sends] {
            auto shared = std::make_shared<shared_ends>();
            const auto sender = [shared](int from) {
                return std::function<void()>([shared, from] { shared->send_some(from); });
            };
            const std::function<void()> receiver = [shared] { shared->receive_all(); };
            const auto closer = [shared] {
                this_fiber::sleep_for(1s);
                EXPECT_EQ(shared->ends.first.statistics().senders, 1U);
                shared->ends.first.close();
            };
            return cast{victim_sends ? sender(0) : receiver,
                        {sender(10), sender(20), receiver, closer},
                        [shared] { shared->expect_each_once(); }};
        });
    }
}

/// Two channels and a semaphore, in both directions.
struct crossing : ledger {
    channel<int> left{0};
    channel<int> right{1};
    counting_semaphore permits{1};
    event stop;
    int acquired = 0;

    bool select_once(int value) {
        bool going_on = true;
        const auto take = [&](std::optional<int> number) { out.push_back(number.value()); };
        const auto sent = [&] { in.push_back(value); };
        select(on_set(stop, [&] { going_on = false; }), on_receive(left, take),
               on_receive(right, take), on_send(left, value, sent),
               on_acquire(permits, [&] { ++acquired; }), on_send(right, value, sent),
               on_timeout(1s));
        return going_on;
    }
};

TEST_F(CancelSweepQueuesSlow, Select) {
    pause = 300ms;
    cancel_everywhere([] {
        auto shared = std::make_shared<crossing>();
        const auto selecting = [shared](int from) {
            return [shared, from] {
                for (int i = from; i < from + 4 && shared->select_once(i); ++i) {
                    this_fiber::yield();
                }
            };
        };
        const auto stopper = [shared] {
            this_fiber::sleep_for(3s);
            shared->stop.set();
        };
        return cast{selecting(0), {selecting(10), selecting(20), stopper}, [shared] {
                        while (const auto left = shared->right.try_receive()) {
                            shared->out.push_back(*left);
                        }
                        shared->expect_each_once();
                        EXPECT_EQ(shared->acquired + shared->permits.available(), 1);
                        EXPECT_EQ(shared->left.statistics().sending, 0U);
                        EXPECT_EQ(shared->left.statistics().receiving, 0U);
                        EXPECT_EQ(shared->permits.statistics().waiting, 0U);
                    }};
    });
}

}  // namespace
}  // namespace weft
