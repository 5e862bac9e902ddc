// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/run.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <exception>
#include <source_location>
#include <utility>
#include <vector>

namespace weft::test {

/// How many descriptors this process has open.
[[nodiscard]] std::size_t open_descriptors();

/// Fibers of the calling fiber's runtime that have not ended, the caller not counted.
[[nodiscard]] std::size_t other_fibers();

/// Whether this program is built with a sanitizer, which makes memory and time different.
[[nodiscard]] constexpr bool sanitized() noexcept {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

/// Runs the body of a test in a fresh runtime on virtual time.
///
/// The test fails if the runtime reports an error that take_reports() does not fetch, if fibers
/// are left when the body returns, or if descriptors are left when the test ends.
class runtime_test : public ::testing::Test {
protected:
    runtime_test();
    ~runtime_test() override;

    template <class Body>
    auto run(Body&& body) {
        return weft::run(
            [&] {
                const leak_check check(*this);
                return std::forward<Body>(body)();
            },
            options);
    }

    /// What the runtime has reported so far, and no longer expects to be missing.
    std::vector<error_report> take_reports() { return std::exchange(reports_, {}); }

    /// Lets every ready fiber run, several times.
    static void let_others_run(int rounds = 5) {
        for (int i = 0; i < rounds; ++i) {
            this_fiber::yield();
        }
    }

    run_options options;              ///< for run(); on_error is taken by the fixture
    bool leftovers_expected = false;  ///< fibers may outlive the body

private:
    /// At the end of a body that returned.
    class leak_check {
    public:
        explicit leak_check(const runtime_test& of) : of_(of) {}
        leak_check(const leak_check&) = delete;
        leak_check& operator=(const leak_check&) = delete;
        ~leak_check();

    private:
        const runtime_test& of_;
        int exceptions_ = std::uncaught_exceptions();
    };

    std::size_t descriptors_before_;
    std::vector<error_report> reports_;
};

}  // namespace weft::test
