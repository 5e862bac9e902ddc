// SPDX-License-Identifier: BSL-1.0
//
// The tool on programs whose fibers are switched by Boost.Fiber, or wait for worker threads.

#include <gmock/gmock.h>

#include <cstdio>
#include <string>

#include "trace/support/planted.hpp"

namespace weft::test {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

/// The planted program on the engine on Boost.Fiber.
class on_boost_fiber : public watched_program {
public:
    explicit on_boost_fiber(const std::string& what)
        : watched_program({WEFT_PLANTED_ON_BOOST_FIBER, what}) {}
};

TEST(TraceBoostFiber, FibersAreShownWithTheirEngine) {
    const on_boost_fiber program("parked");
    EXPECT_EQ(fiber_named(program.ask("ps", "fibers"), "sleeper").at("reason"), "sleep");
    EXPECT_THAT(run_tool({"doctor", program.source()}).out, HasSubstr("engine boost_fiber"));
    EXPECT_THAT(run_tool({"tree", program.source()}).out, HasSubstr("connection"));
}

TEST(TraceBoostFiber, StackOfAParkedFiberIsWhatTheProgramCalled) {
    const on_boost_fiber program("parked");
    const json stack = fiber_named(program.ask("stack", "stacks"), "connection");
    EXPECT_TRUE(stack.at("complete")) << stack;
    EXPECT_THAT(functions_of(stack), ElementsAre("wait_deep_inside", "serve_request",
                                                 "serve_connection", "park::{lambda}::operator"));
}

TEST(TraceBoostFiber, EveryParkedStackIsComplete) {
    const on_boost_fiber program("ordered");
    for (const json& stack : program.ask("stack", "stacks")) {
        EXPECT_TRUE(stack.at("complete")) << stack;
    }
}

TEST(TraceBoostFiber, StackOfASpinningFiberComesFromASignal) {
    on_boost_fiber program("spinning");
    program.program().wait_until(
        "spins", [&] { return program.ask("ps", "fibers", {"--state=running"}).size() == 1; });
    const json stack = program.ask("stack", "stacks", {"--running"}).at(0);
    EXPECT_THAT(functions_of(stack), Contains("spin_for_ever")) << stack;
    const json parked = fiber_named(program.ask("stack", "stacks"), "connection");
    EXPECT_THAT(functions_of(parked), Contains("serve_request")) << parked;
}

TEST(TraceBoostFiber, DeadlocksAndLocksAreFound) {
    const on_boost_fiber program("deadlock");
    const auto found = run_tool({"deadlock", program.source()});
    EXPECT_EQ(found.code, 1);
    EXPECT_THAT(found.out, HasSubstr("DEADLOCK of 2 fibers"));
    const on_boost_fiber ordered("ordered");
    EXPECT_EQ(run_tool({"deadlock", ordered.source()}).code, 0);
    EXPECT_EQ(ordered.ask("locks", "locks").at(0).at("name"), "accounts");
}

TEST(TraceBoostFiber, ARecordingHasWaitsAndNoLoss) {
    const on_boost_fiber program("ticking");
    const std::string file = testing::TempDir() + "on_boost_fiber.ftr";
    EXPECT_EQ(run_tool({"record", program.source(), "-o", file, "--for", "0.2"}).code, 0);
    const json report = json::parse(run_tool({"report", file, "--json"}).out);
    EXPECT_EQ(report.at("recording").at("lost"), 0);
    EXPECT_EQ(report.at("recording").at("engine"), "boost_fiber");
    EXPECT_EQ(report.at("waits").at(0).at("name"), "sleep");
    EXPECT_GT(report.at("waits").at(0).at("count"), 5);
    std::remove(file.c_str());
}

TEST(TraceWorkers, AFiberThatWaitsForAWorkerIsShownAndIsNoDeadlock) {
    const watched_program program({WEFT_PLANTED_PROGRAM, "working"});
    const json client = fiber_named(program.ask("ps", "fibers"), "client");
    EXPECT_EQ(client.at("state"), "parked");
    EXPECT_EQ(client.at("reason"), "to_thread");
    const json stack = fiber_named(program.ask("stack", "stacks"), "client");
    EXPECT_THAT(functions_of(stack), Contains("ask_a_worker")) << stack;
    EXPECT_EQ(run_tool({"deadlock", program.source()}).code, 0);
}

}  // namespace
}  // namespace weft::test
