// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/matchers.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <exception>
#include <stdexcept>

namespace weft::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Property;
using ::testing::StrEq;

FIBER_TEST(Matchers, TellCancelledFromOtherExceptions) {
    auto cancelled_task = [] {
        auto one = spawn([] { this_fiber::sleep_for(1h); });
        this_fiber::yield();
        one.cancel("enough");
        one.get();
    };
    EXPECT_THAT(cancelled_task, throws_cancelled());
    EXPECT_THAT(cancelled_task, throws_cancelled("enough"));
    EXPECT_THAT(cancelled_task, throws_cancelled(HasSubstr("nou")));
    EXPECT_THAT(cancelled_task, Not(throws_cancelled("other")));
    EXPECT_THAT([] { throw std::runtime_error("enough"); }, Not(throws_cancelled()));
    EXPECT_THAT([] {}, Not(throws_cancelled()));
}

FIBER_TEST(Matchers, KnowTimeLimits) {
    EXPECT_THAT([] { fail_after(1ms, [] { this_fiber::sleep_for(1h); }); }, throws_timeout());
    EXPECT_THAT([] { throw std::runtime_error("late"); }, Not(throws_timeout()));
}

TEST(GroupMatchers, LookInside) {
    auto failing = [] {
        throw exception_group({std::make_exception_ptr(std::logic_error("first")),
                               std::make_exception_ptr(std::runtime_error("second"))});
    };
    const auto first = holds<std::logic_error>(Property(&std::logic_error::what, StrEq("first")));
    EXPECT_THAT(failing, throws_group_of(holds<std::runtime_error>(), first));
    EXPECT_THAT(failing, Not(throws_group_of(first)));
    EXPECT_THAT(failing, Not(throws_group_of(first, holds<std::logic_error>())));
}

TEST(GroupMatchers, ExplainWhatIsHeldInstead) {
    const ::testing::Matcher<const std::exception_ptr&> wanted = holds<std::logic_error>();
    ::testing::StringMatchResultListener said;
    EXPECT_FALSE(wanted.MatchAndExplain(
        std::make_exception_ptr(std::runtime_error("something else")), &said));
    EXPECT_THAT(said.str(), HasSubstr("something else"));
    EXPECT_FALSE(wanted.Matches(nullptr));
}

}  // namespace
}  // namespace weft::testing
