// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/fiber_test.hpp>

#include <weft/event.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A test that is run by a test.
class probe : public fiber_test {
public:
    explicit probe(std::function<void()> body) : body_(std::move(body)) {
        options.time = time_source::virtual_time;
    }
    using fiber_test::may_leave_fibers;
    using fiber_test::options;
    using fiber_test::time_limit;

    void fiber_body() override { body_(); }

    /// Runs it; returns what it failed with.
    std::vector<std::string> failures() {
        std::vector<std::string> said;
        ::testing::TestPartResultArray seen;
        run_into(seen);
        for (int i = 0; i < seen.size(); ++i) {
            said.emplace_back(seen.GetTestPartResult(i).message());
        }
        return said;
    }

    void run_into(::testing::TestPartResultArray& seen) {
        using reporter = ::testing::ScopedFakeTestPartResultReporter;
        const reporter instead(reporter::INTERCEPT_ONLY_CURRENT_THREAD, &seen);
        TestBody();
    }

private:
    std::function<void()> body_;
};

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
    probe hanging([&] {
        auto other = spawn([&] { never_set.wait(); }, {.name = "reader"});
        never_set.wait();
    });
    EXPECT_THAT(hanging.failures(),
                ElementsAre(AllOf(HasSubstr("took longer than 10.000 s"), HasSubstr("\"main\""),
                                  HasSubstr("\"reader\" waits for event"),
                                  HasSubstr("fiber_test_test.cpp:"), HasSubstr("weft_wait"))));
}

TEST(FiberTestLimit, IsNotReachedByAQuickBody) {
    probe quick([] { this_fiber::sleep_for(2s); });
    quick.time_limit = 3s;
    EXPECT_THAT(quick.failures(), IsEmpty());
    quick.time_limit = 1500ms;
    EXPECT_THAT(quick.failures(), ElementsAre(HasSubstr("took longer than 1.500 s")));
}

TEST(FiberTestLimit, MayBeNone) {
    probe slow([] { this_fiber::sleep_for(24h); });
    slow.time_limit = clock::duration::max();
    EXPECT_THAT(slow.failures(), IsEmpty());
}

TEST(FiberTestLeftovers, AreNamedWithTheirPlace) {
    event never_set;
    probe forgetful([&] {
        spawn([&] { never_set.wait(); }, {.name = "forgotten"}).detach();
        this_fiber::yield();
    });
    EXPECT_THAT(forgetful.failures(),
                ElementsAre(AllOf(HasSubstr("fibers are left"), HasSubstr("\"forgotten\""),
                                  HasSubstr("fiber_test_test.cpp:"))));
    forgetful.may_leave_fibers = true;
    EXPECT_THAT(forgetful.failures(), IsEmpty());
}

TEST(FiberTestLeftovers, IncludeDescriptors) {
    std::array<int, 2> ends{};
    probe forgetful([&] { ASSERT_EQ(::pipe(ends.data()), 0); });
    EXPECT_THAT(forgetful.failures(),
                ElementsAre(AllOf(HasSubstr("descriptors are left open"), HasSubstr("pipe:["))));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(FiberTestReports, FailTheTest) {
    probe failing([] {
        spawn([] { throw std::runtime_error("nobody asked"); }).detach();
        this_fiber::yield();
    });
    EXPECT_THAT(failing.failures(), ElementsAre(HasSubstr("nobody asked")));
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
    probe failing([&] {
        ASSERT_EQ(1, 2);
        went_on = true;
    });
    EXPECT_EQ(failing.failures().size(), 1U);
    EXPECT_FALSE(went_on);
}

TEST(FiberTestBody, EndsWithASkip) {
    probe skipping([] { GTEST_SKIP() << "not on this machine"; });
    ::testing::TestPartResultArray seen;
    skipping.run_into(seen);
    ASSERT_EQ(seen.size(), 1);
    EXPECT_TRUE(seen.GetTestPartResult(0).skipped());
}

TEST(FiberTestBody, LetsExceptionsPass) {
    probe throwing([] { throw std::logic_error("out"); });
    EXPECT_THROW(throwing.failures(), std::logic_error);
}

TEST(FiberTestBody, SaysWhenItWasCancelledByOthers) {
    probe stray([] {
        auto other = spawn([] { this_fiber::sleep_for(1s); });
        this_fiber::yield();
        other.cancel("a reason");
        other.get();
    });
    EXPECT_THAT(stray.failures(), ElementsAre(AllOf(HasSubstr("was cancelled, and not by its "),
                                                    HasSubstr("a reason"))));
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
