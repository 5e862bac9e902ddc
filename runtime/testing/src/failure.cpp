// SPDX-License-Identifier: BSL-1.0
#include "failure.hpp"

#include <gtest/gtest.h>

namespace weft::testing::detail {

void fail_test(const std::string& message) {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    if (test != nullptr && test->file() != nullptr) {
        ADD_FAILURE_AT(test->file(), test->line()) << message;
    } else {
        ADD_FAILURE() << message;
    }
}

}  // namespace weft::testing::detail
