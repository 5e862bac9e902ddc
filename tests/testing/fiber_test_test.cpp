// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/fiber_test.hpp>

#include <weft/event.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace weft::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A test that is run by a test.
class probe : public fiber_test {
public:
    explicit probe(std::function<void()> body) : body_(std::move(body)) {
        options.time = time_source::virtual_time;
    }
    using fiber_test::may_leave_fibers;
    using fiber_test::options;
    using fiber_test::run;
    using fiber_test::TestBody;
    using fiber_test::time_limit;

    void fiber_body() override { body_(); }

private:
    std::function<void()> body_;
};

using change = std::function<void(probe&)>;

/// What is said while a test with `body` is made, changed, run and destroyed.
std::vector<::testing::TestPartResult> results_of(
    const std::function<void()>& body, const change& changed = [](probe&) {}) {
    using reporter = ::testing::ScopedFakeTestPartResultReporter;
    ::testing::TestPartResultArray seen;
    {
        const reporter instead(reporter::INTERCEPT_ONLY_CURRENT_THREAD, &seen);
        probe tested(body);
        changed(tested);
        tested.TestBody();
    }
    std::vector<::testing::TestPartResult> all;
    for (int i = 0; i < seen.size(); ++i) {
        all.push_back(seen.GetTestPartResult(i));
    }
    return all;
}

std::vector<std::string> failures_of(
    const std::function<void()>& body, const change& changed = [](probe&) {}) {
    std::vector<std::string> said;
    for (const auto& each : results_of(body, changed)) {
        said.emplace_back(each.message());
    }
    return said;
}

FIBER_TEST(FiberTest, RunsItsBodyInAFiber) {
    EXPECT_NE(this_fiber::id(), 0U);
    EXPECT_EQ(spawn([] { return 42; }).get(), 42);
}

class FiberTestFixture : public fiber_test {
protected:
    FiberTestFixture() { options.time = time_source::virtual_time; }
    void SetUp() override { EXPECT_EQ(this_fiber::id(), 0U); }
    void TearDown() override { EXPECT_EQ(this_fiber::id(), 0U); }

    int members = 3;
};

FIBER_TEST_F(FiberTestFixture, IsAMemberOfItsFixture) {
    const auto before = clock::now();
    this_fiber::sleep_for(5s);  // of virtual time
    EXPECT_EQ(clock::now() - before, 5s);
    EXPECT_EQ(members, 3);
}

class FiberTestWithParameter : public fiber_test, public ::testing::WithParamInterface<int> {};

FIBER_TEST_P(FiberTestWithParameter, HasIt) {
    EXPECT_EQ(spawn([] { return GetParam(); }).get() / 10, 1);
}

INSTANTIATE_TEST_SUITE_P(Numbers, FiberTestWithParameter, ::testing::Values(10, 11, 19));

TEST(FiberTestLimit, ShowsEveryFiberWhenItPasses) {
    event never_set;
    const auto said = failures_of([&] {
        auto other = spawn([&] { never_set.wait(); }, {.name = "reader"});
        never_set.wait();
    });
    EXPECT_THAT(said,
                ElementsAre(AllOf(HasSubstr("took longer than 10.000 s"), HasSubstr("\"main\""),
                                  HasSubstr("\"reader\" waits for event"),
                                  HasSubstr("fiber_test_test.cpp:"), HasSubstr("weft_wait"),
                                  Not(HasSubstr("time limit")))));
}

TEST(FiberTestLimit, IsNotReachedByAQuickBody) {
    const auto quick = [] { this_fiber::sleep_for(2s); };
    EXPECT_THAT(failures_of(quick, [](probe& made) { made.time_limit = 3s; }), IsEmpty());
    EXPECT_THAT(failures_of(quick, [](probe& made) { made.time_limit = 1500ms; }),
                ElementsAre(HasSubstr("took longer than 1.500 s")));
}

TEST(FiberTestLimit, MayBeNone) {
    EXPECT_THAT(failures_of([] { this_fiber::sleep_for(24h); },
                            [](probe& made) { made.time_limit = clock::duration::max(); }),
                IsEmpty());
}

TEST(FiberTestLimit, EndsTheBodyEvenIfFibersCannotBeShown) {
    EXPECT_THAT(failures_of([] { this_fiber::sleep_for(24h); },
                            [](probe& made) { made.options.max_fibers = 1; }),
                ElementsAre(HasSubstr("its fibers cannot be shown")));
}

TEST(FiberTestLimit, IsNoFiberThatTheBodyCouldSee) {
    const auto only_one = [] { EXPECT_THROW(static_cast<void>(spawn([] {})), std::system_error); };
    EXPECT_THAT(failures_of(only_one, [](probe& made) { made.options.max_fibers = 1; }), IsEmpty());
    const auto two = [] { spawn([] {}).join(); };
    EXPECT_THAT(failures_of(two, [](probe& made) { made.options.max_fibers = 2; }), IsEmpty());
}

TEST(FiberTestDeadlock, ShowsEveryFiberAtOnce) {
    event never_set;
    const auto hang = [&] {
        auto other = spawn([&] { never_set.wait(); }, {.name = "reader"});
        never_set.wait();
    };
    for (const auto time : {time_source::virtual_time, time_source::monotonic}) {
        const auto said = failures_of(hang, [time](probe& made) {
            made.time_limit = clock::duration::max();
            made.options.time = time;
        });
        EXPECT_THAT(said, ElementsAre(AllOf(HasSubstr("nothing can wake any fiber: main (event), "
                                                      "reader (event). Fibers:\n"),
                                            HasSubstr("\"reader\" waits for event"),
                                            HasSubstr("weft_wait"))));
    }
}

TEST(FiberTestLeftovers, AreNamedWithTheirPlace) {
    event never_set;
    const auto forget = [&] {
        spawn([&] { never_set.wait(); }, {.name = "forgotten"}).detach();
        this_fiber::yield();
    };
    EXPECT_THAT(failures_of(forget),
                ElementsAre(AllOf(HasSubstr("fibers are left"), HasSubstr("\"forgotten\""),
                                  HasSubstr("fiber_test_test.cpp:"))));
    EXPECT_THAT(failures_of(forget, [](probe& made) { made.may_leave_fibers = true; }), IsEmpty());
}

TEST(FiberTestLeftovers, DoNotIncludeWhatNeedsOnlyItsTurn) {
    EXPECT_THAT(failures_of([] { spawn([] { this_fiber::yield(); }).detach(); }), IsEmpty());
    EXPECT_THAT(failures_of([] {
                    spawn([] {
                        while (true) {
                            this_fiber::yield();
                        }
                    }).detach();
                }),
                ElementsAre(HasSubstr("ready to run")));
}

TEST(FiberTestLeftovers, IncludeDescriptors) {
    std::array<int, 2> ends{};
    EXPECT_THAT(failures_of([&] { ASSERT_EQ(::pipe(ends.data()), 0); }),
                ElementsAre(AllOf(HasSubstr("descriptors are left open"), HasSubstr("pipe:["))));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(FiberTestLeftovers, IncludeDescriptorsThatReplacedOthers) {
    const int known = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    EXPECT_THAT(failures_of([&] {
                    const int other = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
                    EXPECT_EQ(::dup2(other, known), known);
                    ::close(other);
                }),
                ElementsAre(HasSubstr("/dev/zero")));
    ::close(known);
}

TEST(FiberTestReports, NameTheTest) {
    const int here = __LINE__ - 1;
    event never_set;
    const auto all = results_of([&] {
        spawn([&] { never_set.wait(); }).detach();
        never_set.wait();
    });
    ASSERT_EQ(all.size(), 1U);
    EXPECT_STREQ(all[0].file_name(), __FILE__);
    EXPECT_EQ(all[0].line_number(), here);
}

TEST(FiberTestReports, FailTheTest) {
    const auto said = failures_of([] {
        spawn([] { throw std::runtime_error("nobody asked"); }).detach();
        this_fiber::yield();
    });
    EXPECT_THAT(said, ElementsAre(HasSubstr("nobody asked")));
}

class FiberTestTakesReports : public fiber_test {};

FIBER_TEST_F(FiberTestTakesReports, AndDoesNotFail) {
    spawn([] { throw std::runtime_error("expected"); }).detach();
    this_fiber::yield();
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(describe(reports.front().error), "expected");
}

TEST(FiberTestBody, EndsWithAFailedAssertion) {
    bool went_on = false;
    const auto said = failures_of([&] {
        ASSERT_EQ(1, 2);
        went_on = true;
    });
    EXPECT_EQ(said.size(), 1U);
    EXPECT_FALSE(went_on);
}

TEST(FiberTestBody, EndsWithASkip) {
    const auto all = results_of([] { GTEST_SKIP() << "not on this machine"; });
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(all[0].skipped());
}

TEST(FiberTestBody, LetsExceptionsPass) {
    EXPECT_THROW(failures_of([] { throw std::logic_error("out"); }), std::logic_error);
}

TEST(FiberTestBody, SaysWhenItWasCancelledByOthers) {
    const auto said = failures_of([] {
        auto other = spawn([] { this_fiber::sleep_for(1s); });
        this_fiber::yield();
        other.cancel("a reason");
        other.get();
    });
    EXPECT_THAT(said, ElementsAre(AllOf(HasSubstr("was cancelled, and not by its "),
                                        HasSubstr("a reason"))));
}

class FiberTestRun : public fiber_test {
protected:
    FiberTestRun() { options.time = time_source::virtual_time; }
};

TEST_F(FiberTestRun, GivesTheResultOfItsBody) {
    EXPECT_EQ(this_fiber::id(), 0U);
    EXPECT_EQ(run([] { return spawn([] { return 42; }).get(); }), 42);
    const auto moved = run([] { return std::make_unique<int>(3); });
    EXPECT_EQ(*moved, 3);
}

TEST_F(FiberTestRun, MayBeCalledAgain) {
    for (int i = 0; i < 3; ++i) {
        run([] {
            EXPECT_EQ(clock::now(), clock::time_point{});
            this_fiber::sleep_for(9s);
        });
    }
}

TEST_F(FiberTestRun, ThrowsWhatItsBodyThrows) {
    EXPECT_THROW(run([] { throw std::logic_error("out"); }), std::logic_error);
    EXPECT_THROW(run([] {
                     auto other = spawn([] { this_fiber::sleep_for(1s); });
                     other.cancel();
                     other.get();
                 }),
                 cancelled);
}

TEST(FiberTestRunLimit, LeavesNoResult) {
    bool thrown = false;
    const change run_instead = [&](probe& made) {
        try {
            made.run([] {
                this_fiber::sleep_for(11s);
                return 1;
            });
        } catch (const timeout_error&) {
            thrown = true;
        }
    };
    EXPECT_THAT(failures_of([] {}, run_instead), ElementsAre(HasSubstr("longer than 10.000 s")));
    EXPECT_TRUE(thrown);
}

FIBER_TEST(FiberTestDeathTest, DiesInAFiber) {
    EXPECT_DEATH(
        {
            (void)std::fputs("the end", stderr);
            std::abort();
        },
        "the end");
    EXPECT_EQ(spawn([] { return 1; }).get(), 1);
}

}  // namespace
}  // namespace weft::testing
