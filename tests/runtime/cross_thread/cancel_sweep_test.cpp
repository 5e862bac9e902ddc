// SPDX-License-Identifier: BSL-1.0
//
// The sweep of cancel_sweep.hpp over the primitives for several threads, here all in one runtime,
// where the order can be chosen. With real threads: the other tests of this folder.
#include <weft/cross_thread/channel.hpp>
#include <weft/cross_thread/event.hpp>
#include <weft/cross_thread/mutex.hpp>
#include <weft/cross_thread/semaphore.hpp>

#include "../cancel_sweep.hpp"
#include "support/visit.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace weft {
namespace {

using test::cast;

class CancelSweepCrossThreadSlow : public test::cancel_sweep {};

// T084, T089: the mutex excludes, the event wakes, no permit is lost.
TEST_F(CancelSweepCrossThreadSlow, LocksEventsAndPermits) {
    cancel_everywhere([] {
        struct shared_state {
            cross_thread::mutex guard;
            cross_thread::counting_semaphore permits{1};
            cross_thread::event go;
            int inside = 0;
        };
        auto shared = std::make_shared<shared_state>();
        const auto worker = [shared] {
            shared->go.wait();
            for (int i = 0; i < 2; ++i) {
                shared->permits.acquire();
                shared->permits.release();
                const std::lock_guard lock(shared->guard);
                const test::visit here(shared->inside, 1);
                this_fiber::yield();
            }
        };
        const auto starter = [shared] {
            this_fiber::yield();
            shared->go.set();
        };
        return cast{worker, {worker, worker, starter}, [shared] {
                        EXPECT_EQ(shared->guard.statistics().owner, 0U);
                        EXPECT_EQ(shared->permits.available(), 1);
                        EXPECT_EQ(shared->go.statistics().waiting, 0U);
                    }};
    });
}

// T095: each value arrives once, whether a sender or a receiver is cancelled.
TEST_F(CancelSweepCrossThreadSlow, Channels) {
    pause = std::chrono::milliseconds(50);
    for (const bool victim_sends : {true, false}) {
        cancel_everywhere([victim_sends] {
            struct shared_state {
                cross_thread::channel<int> numbers{1};
                std::vector<int> sent;
                std::vector<int> received;
            };
            auto shared = std::make_shared<shared_state>();
            const auto sender = [shared](int from) {
                return std::function<void()>([shared, from] {
                    for (int i = from; i < from + 4; ++i) {
                        shared->numbers.send(i);
                        shared->sent.push_back(i);
                    }
                });
            };
            const std::function<void()> receiver = [shared] {
                while (const auto number = shared->numbers.receive()) {
                    shared->received.push_back(*number);
                }
            };
            const auto closer = [shared] {
                this_fiber::sleep_for(std::chrono::seconds(1));
                shared->numbers.close();
            };
            return cast{
                victim_sends ? sender(0) : receiver, {sender(10), receiver, closer}, [shared] {
                    std::sort(shared->sent.begin(), shared->sent.end());
                    std::sort(shared->received.begin(), shared->received.end());
                    EXPECT_EQ(shared->sent, shared->received);
                }};
        });
    }
}

}  // namespace
}  // namespace weft
