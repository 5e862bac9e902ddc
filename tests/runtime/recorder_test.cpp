// SPDX-License-Identifier: BSL-1.0
#include "trace/recorder.hpp"

#include <weft/event.hpp>
#include <weft/task.hpp>

#include "scheduler.hpp"

#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace weft::detail {
namespace {

using namespace std::chrono_literals;
using Recorder = test::runtime_test;

struct recorded {
    trace_event what;
    std::uint64_t fiber;
    wait_reason reason;
    const void* object;
    std::int64_t detail;
};

/// Keeps what it is told while it exists.
class keeping_sink final : public trace_sink {
public:
    keeping_sink() { current_fiber->home->trace().connect(this); }
    ~keeping_sink() override { disconnect(); }

    void disconnect() { current_fiber->home->trace().connect(nullptr); }

    void record(trace_event what, const fiber* subject, std::int64_t detail) noexcept override {
        if (subject != nullptr) {
            all.push_back({what, subject->id, subject->reason, subject->wait_object, detail});
        } else {
            all.push_back({what, 0, wait_reason::none, nullptr, detail});
        }
    }

    /// The events of one fiber as letters: Spawned, Finished, rEady, Running, Parked, ...
    [[nodiscard]] std::string letters_of(std::uint64_t fiber) const {
        std::string letters;
        for (const auto& each : all) {
            if (each.fiber == fiber) {
                letters += "SFERPISC"[static_cast<int>(each.what)];
            }
        }
        return letters;
    }

    [[nodiscard]] const recorded* find(trace_event what, std::uint64_t fiber) const {
        for (const auto& each : all) {
            if (each.what == what && each.fiber == fiber) {
                return &each;
            }
        }
        return nullptr;
    }

    std::vector<recorded> all;
};

FIBER_TEST_F(Recorder, TellsTheLifeOfAFiber) {
    keeping_sink sink;
    event happened;
    auto waiter = spawn([&] { happened.wait(); });
    const auto id = waiter.id();
    let_others_run();
    happened.set();
    waiter.get();
    EXPECT_EQ(sink.letters_of(id), "SRPERF");
    const auto* parked = sink.find(trace_event::parked, id);
    ASSERT_NE(parked, nullptr);
    EXPECT_EQ(parked->reason, wait_reason::event);
    EXPECT_EQ(parked->object, &happened);
}

// A fiber that parks and is the next to run needs no switch, but runs again all the same.
FIBER_TEST_F(Recorder, TellsThatALonelySleeperRunsAgain) {
    keeping_sink sink;
    this_fiber::sleep_for(1s);
    EXPECT_EQ(sink.letters_of(this_fiber::id()), "PER");
    EXPECT_NE(sink.find(trace_event::idle, 0), nullptr);
    EXPECT_EQ(sink.find(trace_event::parked, this_fiber::id())->reason, wait_reason::sleep);
}

FIBER_TEST_F(Recorder, TellsOfInputAndOutput) {
    auto [left, right] = test::socket_pair();
    keeping_sink sink;
    auto reader = spawn([&left = left] { static_cast<void>(test::receive_text(left)); });
    const auto id = reader.id();
    let_others_run();
    test::send_from_outside(right, "x");
    reader.get();
    const auto* submitted = sink.find(trace_event::io_submitted, id);
    const auto* completed = sink.find(trace_event::io_completed, id);
    const auto* parked = sink.find(trace_event::parked, id);
    ASSERT_TRUE(submitted != nullptr && completed != nullptr && parked != nullptr);
    EXPECT_EQ(submitted->detail, left.get());
    EXPECT_EQ(completed->detail, left.get());
    EXPECT_EQ(parked->reason, wait_reason::io_read);
    EXPECT_EQ(parked->object, reinterpret_cast<void*>(std::intptr_t{left.get()}));
}

FIBER_TEST_F(Recorder, WithoutASinkNothingIsTold) {
    keeping_sink sink;
    sink.disconnect();
    spawn([] { this_fiber::yield(); }).get();
    EXPECT_TRUE(sink.all.empty());
}

FIBER_TEST_F(Recorder, CountsAsManySpawnedAsFinished) {
    keeping_sink sink;
    for (int i = 0; i < 10; ++i) {
        spawn([] {}).get();
    }
    struct no_copy {
        no_copy() = default;
        no_copy(const no_copy&) { throw 1; }
        void operator()() const {}
    };
    const no_copy function;
    EXPECT_THROW(static_cast<void>(spawn(function)), int);
    int alive = 0;
    for (const auto& each : sink.all) {
        alive += each.what == trace_event::spawned ? 1 : 0;
        alive -= each.what == trace_event::finished ? 1 : 0;
    }
    EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace weft::detail
