// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/run.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <cstddef>

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
class runtime_test : public weft::testing::fiber_test {
protected:
    runtime_test();

    /// For what virtual time cannot do: other processes and threads.
    void use_real_time();

    /// Lets every ready fiber run, several times.
    static void let_others_run(int rounds = 5) {
        for (int i = 0; i < rounds; ++i) {
            this_fiber::yield();
        }
    }
};

}  // namespace weft::test
