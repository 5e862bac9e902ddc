// SPDX-License-Identifier: BSL-1.0
//
// Waits for threads and descriptors, cancelled at every moment. With both, points are not the same
// in every run.
#include <weft/io.hpp>
#include <weft/this_fiber.hpp>
#include <weft/unique_fd.hpp>
#include <weft/worker_pool.hpp>

#include "support/descriptors.hpp"

#include "cancel_sweep.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weft {
namespace {

using test::cast;

class CancelIoSweepSlow : public test::cancel_sweep {};

TEST_F(CancelIoSweepSlow, ToThread) {
    options.worker_threads = 1;
    options.worker_queue = 1;
    most_points = 40;
    cancel_everywhere([] {
        struct shared_state {
            std::atomic<int> executed{0};
            int returned = 0;
        };
        auto shared = std::make_shared<shared_state>();
        const auto caller = [shared] {
            for (int i = 0; i < 3; ++i) {
                to_thread([shared] { ++shared->executed; });
                ++shared->returned;
            }
        };
        return cast{caller, {caller, caller}, [shared] {
                        EXPECT_EQ(shared->executed, shared->returned);
                        EXPECT_GE(shared->returned, 6);
                    }};
    });
}

TEST_F(CancelIoSweepSlow, Receive) {
    most_points = 300;
    cancel_everywhere([] {
        struct shared_state {
            std::pair<unique_fd, unique_fd> ends = test::socket_pair();
            std::string received;
        };
        auto shared = std::make_shared<shared_state>();
        const auto receiver = [shared] {
            while (shared->received.size() < 10) {
                const std::string one = test::receive_text(shared->ends.first, 1);
                shared->received += one;
                if (one.empty()) {
                    return;
                }
            }
        };
        const auto sender = [shared] {
            for (char each = '0'; each <= '9'; ++each) {
                test::send_text(shared->ends.second, {&each, 1});
                this_fiber::yield();
            }
            ::shutdown(shared->ends.second.get(), SHUT_WR);
        };
        return cast{receiver, {receiver, sender}, [shared] {
                        std::sort(shared->received.begin(), shared->received.end());
                        EXPECT_EQ(shared->received, "0123456789");
                    }};
    });
}

TEST_F(CancelIoSweepSlow, Accept) {
    most_points = 150;
    cancel_everywhere([] {
        struct shared_state {
            test::loopback_listener listener;
            std::vector<unique_fd> clients;
            std::vector<unique_fd> accepted;
        };
        auto shared = std::make_shared<shared_state>();
        const auto acceptor = [shared] {
            try {
                while (shared->accepted.size() < 3) {
                    shared->accepted.push_back(io::accept(shared->listener.socket.get()));
                }
            } catch (const io_error&) {  // the other acceptor was the last
                return;
            }
            io::forget(shared->listener.socket.get());
        };
        const auto connector = [shared] {
            for (int i = 0; i < 3; ++i) {
                shared->clients.push_back(shared->listener.client());
                this_fiber::yield();
            }
        };
        return cast{
            acceptor, {acceptor, connector}, [shared] { EXPECT_EQ(shared->accepted.size(), 3U); }};
    });
}

}  // namespace
}  // namespace weft
