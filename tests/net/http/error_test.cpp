// SPDX-License-Identifier: BSL-1.0
#include <weft/http/error.hpp>

#include <gtest/gtest.h>

namespace weft::http {
namespace {

TEST(Error, CarriesCodeStageAndCounts) {
    const error caught(errc::length_mismatch, "http body", stage::body, 3, 10);
    EXPECT_EQ(caught.code(), errc::length_mismatch);
    EXPECT_EQ(caught.where(), stage::body);
    EXPECT_EQ(caught.transferred(), 3U);
    EXPECT_EQ(caught.expected(), 10U);
}

TEST(Error, EveryCodeHasAMessageOfItsOwn) {
    for (int code = 1; code <= static_cast<int>(errc::session_closed); ++code) {
        EXPECT_NE(category().message(code), category().message(0)) << code;
    }
}

TEST(Error, TimeoutsAreTimedOutConditions) {
    EXPECT_EQ(make_error_code(errc::read_timeout), std::errc::timed_out);
    EXPECT_NE(make_error_code(errc::bad_chunk), std::errc::timed_out);
}

}  // namespace
}  // namespace weft::http
