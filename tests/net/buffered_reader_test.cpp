// SPDX-License-Identifier: BSL-1.0
#include <weft/net/buffered_reader.hpp>
#include <weft/testing/scripted_stream.hpp>

#include "support/runtime_test.hpp"

#include <weft/error.hpp>
#include <weft/net/unix.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <string>

namespace weft::net {
namespace {

using testing::scripted_stream;

std::string buffered(const buffered_reader& reader) {
    const auto held = reader.peek();
    return {reinterpret_cast<const char*>(held.data()), held.size()};
}

/// Runs `read` and returns the overrun that it must end with.
limit_overrun overrun_of(const std::function<void()>& read) {
    try {
        read();
    } catch (const limit_overrun& caught) {
        return caught;
    }
    throw std::runtime_error("no limit_overrun");
}

using BufferedReader = weft::test::runtime_test;

// T107
TEST_F(BufferedReader, GivesUpTheBytesOfAnIncompletePiece) {
    scripted_stream source({"ab"});
    buffered_reader reader(source);
    try {
        (void)reader.read_exactly(5);
        FAIL();
    } catch (const incomplete_read& incomplete) {
        EXPECT_EQ(incomplete.partial(), "ab");
        EXPECT_EQ(incomplete.expected(), 5U);
        EXPECT_EQ(incomplete.code(), errc::unexpected_end);
    }
    EXPECT_TRUE(reader.peek().empty());
}

TEST_F(BufferedReader, ReadsPiecesLargerThanTheLimit) {
    scripted_stream source({std::string(100'000, 'a'), std::string(100'000, 'b')});
    buffered_reader reader(source, 10);
    EXPECT_EQ(reader.read_exactly(150'000).substr(99'999, 2), "ab");
    EXPECT_EQ(reader.read_exactly(50'000).size(), 50'000U);
    EXPECT_EQ(reader.read_exactly(0), "");
}

// T108
TEST_F(BufferedReader, KeepsTheDataOfADelimiterBeyondTheLimit) {
    scripted_stream source({"some dataAA"});
    buffered_reader reader(source, 3);
    const auto absent = overrun_of([&] { (void)reader.read_until("AAA"); });
    EXPECT_FALSE(absent.found());
    EXPECT_EQ(absent.consumable(), 9U);
    EXPECT_EQ(buffered(reader), "some dataAA");

    source.add("A");
    EXPECT_TRUE(reader.fill());
    const auto late = overrun_of([&] { (void)reader.read_until("AAA"); });
    EXPECT_TRUE(late.found());
    EXPECT_EQ(late.consumable(), 9U);
    EXPECT_EQ(buffered(reader), "some dataAAA");
}

// T108, the variant of read_line
TEST_F(BufferedReader, DropsOnlyTheLineThatIsTooLong) {
    scripted_stream source({"too long\nok\n"});
    buffered_reader reader(source, 3);
    EXPECT_TRUE(overrun_of([&] { (void)reader.read_line(); }).found());
    EXPECT_EQ(reader.read_line(), "ok\n");
}

TEST_F(BufferedReader, DropsAllOfALineWithoutEnd) {
    scripted_stream source({"too long", " still\nok\n"});
    buffered_reader reader(source, 3);
    EXPECT_FALSE(overrun_of([&] { (void)reader.read_line(); }).found());
    EXPECT_TRUE(reader.peek().empty());
}

TEST_F(BufferedReader, CountsTheLimitWithoutTheDelimiter) {
    scripted_stream source({"abc\r\n"});
    buffered_reader reader(source);
    EXPECT_EQ(reader.read_until("\r\n", 3), "abc\r\n");
}

TEST_F(BufferedReader, FindsADelimiterThatComesInPieces) {
    scripted_stream source({"ab\r", "\n", "\r", "\nrest"});
    buffered_reader reader(source);
    EXPECT_EQ(reader.read_until("\r\n\r\n"), "ab\r\n\r\n");
    EXPECT_EQ(buffered(reader), "rest");
}

TEST_F(BufferedReader, GivesUpTheBytesBeforeAMissingDelimiter) {
    scripted_stream source({"abc"});
    buffered_reader reader(source);
    try {
        (void)reader.read_until(";");
        FAIL();
    } catch (const incomplete_read& incomplete) {
        EXPECT_EQ(incomplete.partial(), "abc");
        EXPECT_FALSE(incomplete.expected());
    }
    EXPECT_TRUE(reader.peek().empty());
}

TEST_F(BufferedReader, ReadsLinesToTheEnd) {
    scripted_stream source({"one\ntw", "o\n\nlast"});
    buffered_reader reader(source);
    EXPECT_EQ(reader.read_line(), "one\n");
    EXPECT_EQ(reader.read_line(), "two\n");
    EXPECT_EQ(reader.read_line(), "\n");
    EXPECT_EQ(reader.read_line(), "last");
    EXPECT_EQ(reader.read_line(), "");
}

TEST_F(BufferedReader, ReadsSomeFromWhatIsHeldFirst) {
    scripted_stream source({"abcd", "ef"});
    buffered_reader reader(source);
    EXPECT_EQ(reader.read_exactly(1), "a");
    std::array<std::byte, 10> into{};
    EXPECT_EQ(reader.read_some(std::span(into).first(2)), 2U);
    EXPECT_EQ(reader.read_some(into), 1U);
    EXPECT_EQ(reader.read_some(into), 2U);
    EXPECT_EQ(reader.read_some({}), 0U);
    EXPECT_EQ(reader.read_some(into), 0U);
}

TEST_F(BufferedReader, ReadsToTheEndWithinALimit) {
    scripted_stream source({"abc", "def"});
    buffered_reader reader(source);
    EXPECT_THROW((void)reader.read_to_end(5), error);
    EXPECT_EQ(reader.read_to_end(6), "abcdef");
}

TEST_F(BufferedReader, ShowsAndConsumesWhatIsHeld) {
    scripted_stream source({"abc"});
    buffered_reader reader(source);
    EXPECT_TRUE(reader.peek().empty());
    EXPECT_TRUE(reader.fill());
    reader.consume(2);
    EXPECT_EQ(buffered(reader), "c");
    EXPECT_FALSE(reader.fill());
    EXPECT_EQ(buffered(reader), "c");
}

TEST_F(BufferedReader, RemembersAFailureOfTheStream) {
    scripted_stream source({"abc"});
    source.add_failure(
        std::make_exception_ptr(error(std::make_error_code(std::errc::connection_reset), "read")));
    buffered_reader reader(source);
    EXPECT_THROW((void)reader.read_exactly(5), error);
    EXPECT_THROW((void)reader.read_exactly(1), error);
    EXPECT_THROW((void)reader.read_line(), error);
    EXPECT_EQ(buffered(reader), "abc");
}

// Law 1 of cancellation: what was cancelled did not happen.
TEST_F(BufferedReader, LosesNothingWhenCancelled) {
    scripted_stream source({"ab"});
    source.add_failure(std::make_exception_ptr(cancelled(1, "test")));
    source.add("cd\n");
    buffered_reader reader(source);
    EXPECT_THROW((void)reader.read_exactly(4), cancelled);
    EXPECT_EQ(reader.read_line(), "abcd\n");
}

// Scenario 15: a peer that sends single bytes makes no difference.
TEST_F(BufferedReader, ReadsTheSameFromSingleBytes) {
    scripted_stream source;
    for (const char byte : std::string("ab\ncdefgh--tail")) {
        source.add(std::string(1, byte));
    }
    buffered_reader reader(source);
    EXPECT_EQ(reader.read_line(), "ab\n");
    EXPECT_EQ(reader.read_exactly(5), "cdefg");
    EXPECT_EQ(reader.read_until("--"), "h--");
    EXPECT_EQ(reader.read_to_end(10), "tail");
}

FIBER_TEST_F(BufferedReader, RefusesASecondReadMeanwhile) {
    auto [left, right] = unix_stream::pair();
    buffered_reader reader(right);
    auto first = spawn([&] { return reader.read_line(); });
    this_fiber::yield();
    try {
        (void)reader.read_exactly(1);
        ADD_FAILURE();
    } catch (const usage_error& refused) {
        EXPECT_NE(std::string(refused.what()).find("read_line"), std::string::npos);
    }
    left.write_all(bytes_of("line\n"));
    EXPECT_EQ(first.get(), "line\n");
}

TEST_F(BufferedReader, RefusesALimitOfZeroAndAnEmptyDelimiter) {
    scripted_stream source({"abc"});
    EXPECT_THROW(buffered_reader(source, 0), std::invalid_argument);
    buffered_reader reader(source);
    EXPECT_THROW((void)reader.read_until(""), std::invalid_argument);
    EXPECT_THROW((void)reader.read_line(0), std::invalid_argument);
}

}  // namespace
}  // namespace weft::net
