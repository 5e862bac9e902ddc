// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/scripted_stream.hpp>

#include <weft/net/error.hpp>
#include <weft/testing/stream_text.hpp>

#include <gtest/gtest.h>

#include <array>
#include <exception>
#include <system_error>

namespace weft::testing {

TEST(ScriptedStream, DeliversAPiecePerReadAndKeepsWhatIsWritten) {
    scripted_stream tested({"ab", "cde"});
    std::array<std::byte, 10> block{};
    EXPECT_EQ(tested.read_some(block), 2U);
    EXPECT_EQ(tested.read_some(block), 3U);
    EXPECT_EQ(tested.read_some(block), 0U);
    tested.write_all(net::bytes_of("answer"));
    tested.close();
    EXPECT_EQ(tested.written(), "answer");
    EXPECT_TRUE(tested.closed());
}

TEST(ScriptedStream, FailsWhereTheScriptSays) {
    scripted_stream tested({"ab"});
    tested.add_failure(std::make_exception_ptr(
        net::error(std::make_error_code(std::errc::connection_reset), "read")));
    EXPECT_EQ(read_up_to(tested, 2), "ab");
    EXPECT_THROW((void)read_up_to(tested, 1), net::error);
}

}  // namespace weft::testing
