// SPDX-License-Identifier: BSL-1.0
#include <weft/exception_group.hpp>

#include <weft/error.hpp>
#include <weft/task_group.hpp>

#include "support/runtime_test.hpp"

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace weft {
namespace {

std::exception_ptr error_of(auto thrown) {
    return std::make_exception_ptr(std::move(thrown));
}

/// The single failures of a group, nested ones in brackets.
std::string shape_of(const exception_group& group) {
    std::string shape;
    for (const auto& error : group.errors()) {
        shape += shape.empty() ? "" : " ";
        try {
            std::rethrow_exception(error);
        } catch (const exception_group& nested) {
            shape += "[" + shape_of(nested) + "]";
        } catch (...) {
            shape += describe(error);
        }
    }
    return shape;
}

/// a, [b, [c]], d: logic errors a and c, runtime errors b and d.
exception_group nested_group() {
    const exception_group innermost({error_of(std::logic_error("c"))});
    const exception_group inner({error_of(std::runtime_error("b")), error_of(innermost)});
    return exception_group(
        {error_of(std::logic_error("a")), error_of(inner), error_of(std::runtime_error("d"))});
}

TEST(ExceptionGroup, WrapsASingleError) {
    const exception_group group({error_of(std::runtime_error("alone"))});
    EXPECT_EQ(group.errors().size(), 1U);
    EXPECT_STREQ(group.what(), "1 failure: alone");
}

TEST(ExceptionGroup, NamesTheFirstOfSeveral) {
    const exception_group group(
        {error_of(std::runtime_error("first")), error_of(std::logic_error("second"))});
    EXPECT_STREQ(group.what(), "2 failures: first, ...");
}

TEST(ExceptionGroup, OfNothingIsRefused) {
    EXPECT_THROW(exception_group({}), std::invalid_argument);
    EXPECT_THROW(exception_group({nullptr}), std::invalid_argument);
}

TEST(ExceptionGroup, FindsTheFirstOfAType) {
    const exception_group group({error_of(1), error_of(timeout_error()),
                                 error_of(std::logic_error("a")), error_of(std::logic_error("b"))});
    EXPECT_EQ(describe(group.find<std::logic_error>()), "a");
    EXPECT_EQ(describe(group.find<std::runtime_error>()), timeout_error().what());
    EXPECT_EQ(group.find<io_error>(), nullptr);
}

TEST(ExceptionGroup, FindsInNestedGroups) {
    const exception_group inner({error_of(std::logic_error("deep"))});
    const exception_group group({error_of(1), error_of(inner)});
    EXPECT_EQ(describe(group.find<std::logic_error>()), "deep");
    EXPECT_EQ(group.find<io_error>(), nullptr);
    EXPECT_EQ(describe(group.find<std::exception>()), "deep");
    EXPECT_EQ(describe(group.find<exception_group>()), "1 failure: deep");
}

TEST(ExceptionGroup, SplitKeepsOrderAndNesting) {
    const auto [logic, rest] = nested_group().split<std::logic_error>();
    ASSERT_TRUE(logic && rest);
    EXPECT_EQ(shape_of(*logic), "a [[c]]");
    EXPECT_EQ(shape_of(*rest), "[b] d");
    EXPECT_STREQ(rest->what(), "2 failures: 1 failure: b, ...");
}

TEST(ExceptionGroup, SplitLeavesOutAPartWithoutFailures) {
    const auto all = nested_group().split<std::exception>();
    EXPECT_EQ(shape_of(all.matching.value()), "a [b [c]] d");
    EXPECT_FALSE(all.rest);
    const auto none = nested_group().split<timeout_error>();
    EXPECT_FALSE(none.matching);
    EXPECT_EQ(shape_of(none.rest.value()), "a [b [c]] d");
}

TEST(ExceptionGroup, SplitsByAPredicate) {
    const auto [early, late] =
        nested_group().split([](const std::exception_ptr& error) { return describe(error) < "c"; });
    EXPECT_EQ(shape_of(early.value()), "a [b]");
    EXPECT_EQ(shape_of(late.value()), "[[c]] d");
}

TEST(ExceptionGroup, VisitSeesEverySingleFailureInOrder) {
    std::string seen;
    nested_group().visit([&](const std::exception_ptr& error) { seen += describe(error); });
    EXPECT_EQ(seen, "abcd");
}

TEST(ExceptionGroup, VisitByTypePassesTheFailureItself) {
    std::string seen;
    nested_group().visit<std::runtime_error>(
        [&](const std::runtime_error& error) { seen += error.what(); });
    EXPECT_EQ(seen, "bd");
    EXPECT_THROW(nested_group().visit<std::logic_error>(
                     [](const std::logic_error& error) { throw std::string(error.what()); }),
                 std::string);
}

TEST(ExceptionGroup, KnowsFailuresThatAreNoStandardException) {
    const exception_group group({error_of(42), error_of(cancelled(1, "why"))});
    int number = 0;
    group.visit<int>([&](const int& thrown) { number = thrown; });
    EXPECT_EQ(number, 42);
    EXPECT_EQ(shape_of(group.split<cancelled>().matching.value()), "cancelled: why");
}

using ExceptionGroupOfTasks = test::runtime_test;

/// A group in a group in a group ..., the innermost of which fails.
void fail_below(int groups) {
    with_task_group([=](task_group&) {
        groups == 1 ? throw std::runtime_error("deep") : fail_below(groups - 1);
    });
}

// A failure deep inside is wrapped once per group, never less.
FIBER_TEST_F(ExceptionGroupOfTasks, NestDeeply) {
    constexpr int depth = 500;
    try {
        fail_below(depth);
        FAIL() << "nothing was thrown";
    } catch (const exception_group& group) {
        const std::string shape = shape_of(group);
        EXPECT_EQ(shape, std::string(depth - 1, '[') + "deep" + std::string(depth - 1, ']'));
        EXPECT_EQ(describe(group.find<std::runtime_error>()), "deep");
        EXPECT_FALSE(group.split<std::runtime_error>().rest);
    }
}

}  // namespace
}  // namespace weft
