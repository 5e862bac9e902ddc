// SPDX-License-Identifier: BSL-1.0

#include "interpose/posix_test.hpp"

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

namespace weft::test {
namespace {

using ReadTest = posix_test;

FIBER_TEST_F(ReadTest, OnlyTheCallingFiberWaitsForAPipe) {
    const auto ends = make_pipe_ends();
    task<> writer = spawn([&] { EXPECT_EQ(::write(ends.write.get(), "late", 4), 4); });
    std::array<char, 8> bytes{};
    EXPECT_EQ(::read(ends.read.get(), bytes.data(), bytes.size()), 4);
    EXPECT_EQ(std::string(bytes.data()), "late");
    writer.join();
}

FIBER_TEST_F(ReadTest, ANonBlockingDescriptorSaysEagainAtOnce) {
    const auto ends = make_pipe_ends();
    ::fcntl(ends.read.get(), F_SETFL, O_NONBLOCK);
    char byte = 0;
    EXPECT_EQ(::read(ends.read.get(), &byte, 1), -1);
    EXPECT_EQ(errno, EAGAIN);
}

FIBER_TEST_F(ReadTest, CancellationIsEcanceledAndTakesNothing) {
    const auto ends = make_pipe_ends();
    char byte = 0;
    cancel_scope scope;
    task<> canceller = spawn([&] { scope.cancel(); });
    scope.run([&] {
        EXPECT_EQ(::read(ends.read.get(), &byte, 1), -1);
        EXPECT_EQ(errno, ECANCELED);
    });
    canceller.join();
    EXPECT_EQ(::write(ends.write.get(), "x", 1), 1);
    EXPECT_EQ(::read(ends.read.get(), &byte, 1), 1);
}

FIBER_TEST_F(ReadTest, ADeadlineIsEtimedout) {
    const auto ends = make_pipe_ends();
    EXPECT_FALSE(move_on_after(std::chrono::seconds(5), [&] {
        char byte = 0;
        EXPECT_EQ(::read(ends.read.get(), &byte, 1), -1);
        EXPECT_EQ(errno, ETIMEDOUT);
        this_fiber::check_cancelled();
    }));
}

FIBER_TEST_F(ReadTest, SuccessLeavesErrnoAlone) {
    const auto ends = make_pipe_ends();
    task<> writer = spawn([&] { EXPECT_EQ(::write(ends.write.get(), "a", 1), 1); });
    char byte = 0;
    errno = EDOM;
    EXPECT_EQ(::read(ends.read.get(), &byte, 1), 1);
    EXPECT_EQ(errno, EDOM);
    writer.join();
}

TEST_F(ReadTest, AThreadWithoutRuntimeBlocksAsEver) {
    const auto ends = make_pipe_ends();
    EXPECT_EQ(::write(ends.write.get(), "ab", 2), 2);
    std::array<char, 2> bytes{};
    std::array<iovec, 2> parts{{{&bytes[0], 1}, {&bytes[1], 1}}};
    EXPECT_EQ(::readv(ends.read.get(), parts.data(), 2), 2);
    EXPECT_EQ(bytes[1], 'b');
}

}  // namespace
}  // namespace weft::test
