// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// GoogleTest in fibers: FIBER_TEST, FIBER_TEST_F and FIBER_TEST_P are TEST, TEST_F and TEST_P
/// with a body that runs in a fiber of a fresh runtime.

#include <weft/clock.hpp>
#include <weft/error.hpp>
#include <weft/run.hpp>
#include <weft/testing/detail/registration.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::testing {

namespace detail {
class body_guard;
}

/// What tests in fibers derive from.
///
/// The body runs as the main fiber of a runtime that begins after SetUp() and ends before
/// TearDown(). A test fails
/// - when its time limit passes, or no fiber can ever run again (a deadlock): with name, state,
/// wait
///   and stack of every fiber; then the body is cancelled;
/// - when other fibers are left at its end: with their names and where they were spawned;
/// - when descriptors are open that were not when the fixture was made: with what they are;
/// - when the runtime reports an error, such as the exception of a detached fiber.
///
/// ASSERT_*, FAIL() and GTEST_SKIP() end the function that they stand in, as everywhere; in a
/// function of another fiber they end that. The statement of a death test has no runtime.
class fiber_test : public ::testing::Test {
protected:
    fiber_test();
    ~fiber_test() override;

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

    /// For a TEST_F with such a fixture, which is no fiber itself: runs `body` as FIBER_TEST_F runs
    /// its own, and returns its result. So a test may have several runtimes, one after the other,
    /// or choose options.
    ///
    /// Blocks: the thread.
    /// \throws what `body` throws; timeout_error  if its limit ended it before it had a result.
    template <class Body>
    auto run(Body&& body) {
        using result = std::invoke_result_t<Body>;
        if constexpr (std::is_void_v<result>) {
            run_supervised([&] { std::forward<Body>(body)(); });
        } else {
            std::optional<std::remove_cvref_t<result>> value;
            run_supervised([&] { value.emplace(std::forward<Body>(body)()); });
            return value ? std::move(*value) : throw timeout_error();
        }
    }

    /// The body; FIBER_TEST and its relatives define it.
    virtual void fiber_body() {}

    void TestBody() override;

private:
    void run_supervised(const std::function<void()>& body);
    void supervise(const std::function<void()>& body);

    detail::body_guard* guard_ = nullptr;  // of the body that runs
    std::vector<error_report> reports_;
    std::map<int, std::string> descriptors_before_;
};

}  // namespace weft::testing

/// A test of `suite` whose body runs in a fiber.
#define FIBER_TEST(suite, name) WEFT_DETAIL_FIBER_TEST(suite, ::weft::testing::fiber_test, name)

/// The same with a fixture, a class that derives from weft::testing::fiber_test.
#define FIBER_TEST_F(fixture, name) WEFT_DETAIL_FIBER_TEST(fixture, fixture, name)

/// The same for each parameter of a fixture that derives also from testing::WithParamInterface;
/// INSTANTIATE_TEST_SUITE_P says which.
#define FIBER_TEST_P(fixture, name) WEFT_DETAIL_FIBER_TEST_P(fixture, name)
