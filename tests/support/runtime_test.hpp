// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/run.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <utility>

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

/// What tests of weft derive from: a fiber_test on virtual time.
///
/// A run on virtual time waits for nothing, so it is short: its thread may compute for 50 ms,
/// tests/README.md says what happens when it does for longer.
class runtime_test : public weft::testing::fiber_test {
protected:
    runtime_test();
    ~runtime_test() override;

    /// For what virtual time cannot do: other processes and threads.
    void use_real_time();

    /// For a run that is long because it does much, not because it waits.
    void may_compute() noexcept { may_compute_ = true; }

    /// Of fiber_test; the time is taken.
    template <class Body>
    auto run(Body&& body) {
        const run_timer timer(*this);
        return fiber_test::run(std::forward<Body>(body));
    }

    void TestBody() override;

    /// Lets every ready fiber run, several times.
    static void let_others_run(int rounds = 5) {
        for (int i = 0; i < rounds; ++i) {
            this_fiber::yield();
        }
    }

private:
    /// Takes how long this thread computes, for a lifetime.
    class run_timer {
    public:
        explicit run_timer(runtime_test& test);
        run_timer(const run_timer&) = delete;
        run_timer& operator=(const run_timer&) = delete;
        ~run_timer();

    private:
        runtime_test& test_;
        std::chrono::nanoseconds before_;
    };

    bool may_compute_ = false;
    std::chrono::nanoseconds longest_run_{};  // of those on virtual time
};

}  // namespace weft::test
