// SPDX-License-Identifier: BSL-1.0
#include <weft/http/limits.hpp>

#include <gtest/gtest.h>

namespace weft::http {
namespace {

TEST(Limits, HaveDefaultsThatFitIntoEachOther) {
    const limits chosen;
    EXPECT_LE(chosen.field_line, chosen.head_size);
    EXPECT_LE(chosen.start_line, chosen.head_size);
    EXPECT_GT(chosen.field_count, 0U);
    EXPECT_GT(chosen.chunk_line, 0U);
}

}  // namespace
}  // namespace weft::http
