// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// GoogleTest in fibers: FIBER_TEST, FIBER_TEST_F and FIBER_TEST_P are TEST, TEST_F and TEST_P
/// with a body that runs in a fiber of a fresh runtime.

#include <weft/clock.hpp>
#include <weft/error.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/testing/detail/registration.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

namespace weft::testing {

/// What tests in fibers derive from.
///
/// The body runs as the main fiber of a runtime that begins after SetUp() and ends before
/// TearDown(). A test fails
/// - when its time limit passes: with name, state, wait and stack of every fiber; then the body is
///   cancelled;
/// - when other fibers are left at its end: with their names and where they were spawned;
/// - when descriptors are left open: with what they are;
/// - when the runtime reports an error, such as the exception of a detached fiber.
///
/// ASSERT_*, FAIL() and GTEST_SKIP() end the function that they stand in, as everywhere; in a
/// function of another fiber they end that. The statement of a death test has no runtime.
class fiber_test : public ::testing::Test {
protected:
    /// Of the runtime. Its error handler belongs to the fixture. On virtual time (`options.time`)
    /// a body that waits for nothing real reaches its limit at once.
    run_options options;

    /// How long the body may take, on the clock of its runtime. `weft::clock::duration::max()`:
    /// for ever.
    clock::duration time_limit = std::chrono::seconds(10);

    /// Whether fibers may be left when the body returns; they are cancelled then.
    bool may_leave_fibers = false;

    /// What the runtime has reported so far; these reports do not fail the test.
    std::vector<error_report> take_reports() { return std::exchange(reports_, {}); }

    /// The body; FIBER_TEST and its relatives define it.
    virtual void fiber_body() = 0;

    void TestBody() final;

private:
    void supervise();
    void run_body(const cancel_scope& scope);

    std::vector<error_report> reports_;
};

}  // namespace weft::testing

/// A test of `suite` whose body runs in a fiber.
#define FIBER_TEST(suite, name) WEFT_DETAIL_FIBER_TEST(suite, ::weft::testing::fiber_test, name)

/// The same with a fixture, a class that derives from weft::testing::fiber_test.
#define FIBER_TEST_F(fixture, name) WEFT_DETAIL_FIBER_TEST(fixture, fixture, name)

/// The same for each parameter of a fixture that derives also from testing::WithParamInterface;
/// INSTANTIATE_TEST_SUITE_P says which.
#define FIBER_TEST_P(fixture, name) WEFT_DETAIL_FIBER_TEST_P(fixture, name)
