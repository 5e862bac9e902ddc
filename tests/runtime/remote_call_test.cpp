// SPDX-License-Identifier: BSL-1.0
//
// runtime_handle::call(): one runtime has something done by another.
#include <weft/event.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

namespace weft {
namespace {

using namespace std::chrono_literals;

/// A runtime on a thread of its own, until the end of this object.
class other_runtime {
public:
    explicit other_runtime(const run_options& options) {
        std::promise<runtime_handle> began;
        auto handle = began.get_future();
        thread_ = std::thread([this, &began, options] {
            run(
                [&] {
                    began.set_value(current_runtime());
                    over_.wait();
                },
                options);
        });
        handle_ = handle.get();
    }
    other_runtime(const other_runtime&) = delete;
    other_runtime& operator=(const other_runtime&) = delete;
    ~other_runtime() {
        end();
        thread_.join();
    }

    void end() {
        if (!std::exchange(ended_, true)) {
            handle_->post([this] { over_.set(); });
        }
    }
    const runtime_handle& handle() const { return *handle_; }

private:
    std::thread thread_;
    std::optional<runtime_handle> handle_;
    event over_;
    bool ended_ = false;
};

class RemoteCall : public test::runtime_test {
protected:
    RemoteCall() { use_real_time(); }
};

FIBER_TEST_F(RemoteCall, DeliversResultAndException) {
    const other_runtime other(options);
    const auto home = std::this_thread::get_id();
    EXPECT_NE(other.handle().call([] { return std::this_thread::get_id(); }), home);
    EXPECT_EQ(*other.handle().call([] { return std::make_unique<int>(3); }), 3);
    EXPECT_THROW(other.handle().call([] { throw std::runtime_error("there"); }),
                 std::runtime_error);
    EXPECT_EQ(std::this_thread::get_id(), home);
}

FIBER_TEST_F(RemoteCall, SuspendsOnlyTheCaller) {
    const other_runtime other(options);
    event here;
    auto calling = spawn([&] {
        other.handle().call([&, home = current_runtime()] {
            std::promise<void> seen;
            home.post([&] {
                seen.set_value();
                here.set();
            });
            seen.get_future().wait();
        });
    });
    here.wait();
    calling.get();
}

FIBER_TEST_F(RemoteCall, ReachesItsOwnRuntime) {
    EXPECT_EQ(current_runtime().call([] { return this_fiber::id(); }) != 0, true);
}

// Cancelled here, the fiber over there is cancelled and waited for.
FIBER_TEST_F(RemoteCall, CancellationReachesTheOtherFiber) {
    const other_runtime other(options);
    std::atomic<bool> ended{false};
    event begun;
    auto calling = spawn([&] {
        other.handle().call([&, home = current_runtime()] {
            home.post([&] { begun.set(); });
            try {
                this_fiber::sleep_for(1h);
            } catch (const cancelled& request) {
                EXPECT_EQ(request.reason(), "its caller was cancelled");
                ended = true;
                throw;
            }
        });
    });
    begun.wait();
    calling.cancel("mine");
    try {
        calling.get();
        ADD_FAILURE() << "it returned";
    } catch (const cancelled& request) {
        EXPECT_EQ(request.reason(), "mine");
    }
    EXPECT_TRUE(ended);
}

FIBER_TEST_F(RemoteCall, CancellationReachesBeyondTheScopesOfTheFunction) {
    const other_runtime other(options);
    event begun;
    auto calling = spawn([&] {
        other.handle().call([&, home = current_runtime()] {
            home.post([&] { begun.set(); });
            EXPECT_FALSE(move_on_after(1h, [] { this_fiber::sleep_for(2h); }));
            ADD_FAILURE() << "an inner scope absorbed it";
        });
    });
    begun.wait();
    calling.cancel();
    EXPECT_THROW(calling.get(), cancelled);
}

FIBER_TEST_F(RemoteCall, ResultIsDeliveredAlthoughItWasCancelled) {
    const other_runtime other(options);
    event begun;
    auto calling = spawn([&] {
        return other.handle().call([&, home = current_runtime()] {
            home.post([&] { begun.set(); });
            try {
                this_fiber::sleep_for(1h);
            } catch (const cancelled&) {
                return 7;
            }
            return 0;
        });
    });
    begun.wait();
    calling.cancel();
    EXPECT_EQ(calling.get(), 7);
}

// T038: nothing is sent, the function is destroyed unrun.
FIBER_TEST_F(RemoteCall, CancelledCallerSendsNothing) {
    const other_runtime other(options);
    cancel_scope scope;
    scope.cancel();
    const auto held = std::make_shared<int>(0);
    EXPECT_FALSE(scope.run([&] { other.handle().call([held] { ADD_FAILURE() << "it ran"; }); }));
    EXPECT_EQ(held.use_count(), 1);
}

TEST_F(RemoteCall, EndedRuntimeRefuses) {
    std::optional<runtime_handle> ended;
    run([&] { ended = current_runtime(); });
    run([&] {
        const auto held = std::make_shared<int>(0);
        EXPECT_THROW(ended->call([held] {}), usage_error);
        EXPECT_EQ(held.use_count(), 1);
    });
}

// T018, as decided: the other runtime ends while the function waits there.
FIBER_TEST_F(RemoteCall, EndOfTheOtherRuntimeIsAnError) {
    other_runtime other(options);
    event begun;
    auto calling = spawn([&]() -> int {
        try {
            other.handle().call([&, home = current_runtime()] {
                home.post([&] { begun.set(); });
                this_fiber::sleep_for(1h);
            });
        } catch (const std::system_error& error) {
            return error.code().value();
        }
        return 0;
    });
    begun.wait();
    other.end();
    EXPECT_EQ(calling.get(), ECANCELED);
}

TEST_F(RemoteCall, FullQueueRefuses) {
    options.max_posted = 1;
    run([&] {
        const auto self = current_runtime();
        self.post([] {});
        try {
            self.call([] { ADD_FAILURE() << "it ran"; });
            ADD_FAILURE() << "it was taken";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code().value(), EAGAIN);
        }
        EXPECT_EQ(self.call([] { return 4; }), 4);
    });
}

FIBER_TEST_F(RemoteCall, FunctionIsDestroyedHere) {
    const other_runtime other(options);
    const auto home = std::this_thread::get_id();
    struct witness {
        std::thread::id expected;
        bool armed = true;
        witness(std::thread::id where) : expected(where) {}
        witness(witness&& from) noexcept
            : expected(from.expected), armed(std::exchange(from.armed, false)) {}
        ~witness() {
            if (armed) {
                EXPECT_EQ(std::this_thread::get_id(), expected);
            }
        }
    };
    for (int i = 0; i < 100; ++i) {
        other.handle().call([seen = witness(home)] { this_fiber::yield(); });
    }
}

// Cancelled anywhere on its way, what was executed has returned, and nothing else has.
FIBER_TEST_F(RemoteCall, CancelSweep) {
    const other_runtime other(options);
    for (int point = 0; point < 100; ++point) {
        std::atomic<int> executed{0};
        int returned = 0;
        auto victim = spawn([&] {
            for (int i = 0; i < 3; ++i) {
                returned += other.handle().call([&] { return ++executed > 0 ? 1 : 0; });
            }
        });
        let_others_run(point);
        victim.cancel();
        victim.join();
        EXPECT_EQ(executed, returned);
    }
}

FIBER_TEST_F(RemoteCall, NeedsAFiber) {
    std::thread([self = current_runtime()] { EXPECT_THROW(self.call([] {}), usage_error); }).join();
}

}  // namespace
}  // namespace weft
