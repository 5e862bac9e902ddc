// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/child_process.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft::test {

/// What an example program prints when its clock jumps over all waiting.
inline std::string output_of(const std::string& name) {
    child_process program({WEFT_PROGRAMS "/" + name},
                          {.environment = {{"WEFT_GUIDE_CLOCK", "virtual"}}});
    EXPECT_EQ(program.wait(), 0);
    EXPECT_EQ(program.errors(), "");
    return program.output();
}

}  // namespace weft::test
