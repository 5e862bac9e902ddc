// SPDX-License-Identifier: BSL-1.0
#include "http/date.hpp"

#include <gtest/gtest.h>

namespace weft::http {
namespace {

TEST(Date, HasTheFormOfTheStandard) {
    EXPECT_EQ(format_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(format_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Date, OfNowHasTheLengthOfEveryDate) {
    EXPECT_EQ(current_date().size(), 29U);
}

}  // namespace
}  // namespace weft::http
