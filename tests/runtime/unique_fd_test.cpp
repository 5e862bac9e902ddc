// SPDX-License-Identifier: BSL-1.0
#include <weft/unique_fd.hpp>

#include <weft/task.hpp>

#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"

#include <cerrno>
#include <utility>

namespace weft {
namespace {

using UniqueFd = test::runtime_test;

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) >= 0;
}

int some_descriptor() {
    return test::checked(::dup(2));
}

TEST_F(UniqueFd, OwnsNothingByDefault) {
    const unique_fd none;
    EXPECT_EQ(none.get(), -1);
    EXPECT_FALSE(none);
}

TEST_F(UniqueFd, ClosesWhatItOwns) {
    const int fd = some_descriptor();
    {
        const unique_fd owner(fd);
        EXPECT_TRUE(owner);
        EXPECT_TRUE(is_open(fd));
    }
    EXPECT_FALSE(is_open(fd));
}

TEST_F(UniqueFd, MoveHandsOver) {
    const int fd = some_descriptor();
    unique_fd first(fd);
    unique_fd second(std::move(first));
    EXPECT_FALSE(first);
    const int other = some_descriptor();
    unique_fd third(other);
    third = std::move(second);
    EXPECT_FALSE(is_open(other));
    EXPECT_EQ(third.get(), fd);
    auto& same = third;
    third = std::move(same);
    EXPECT_TRUE(is_open(fd));
}

TEST_F(UniqueFd, ReleaseGivesUpOwnership) {
    unique_fd owner(some_descriptor());
    const int fd = owner.release();
    EXPECT_FALSE(owner);
    EXPECT_TRUE(is_open(fd));
    owner.reset(fd);
    owner.reset();
    EXPECT_FALSE(is_open(fd));
}

// Scenario 2: destructors run between a failed call and the look at errno.
TEST_F(UniqueFd, ClosingKeepsErrno) {
    unique_fd broken(some_descriptor());
    ::close(broken.get());
    errno = EDOM;
    broken.reset();
    EXPECT_EQ(errno, EDOM);
    errno = 0;
}

FIBER_TEST_F(UniqueFd, ClosingWakesThoseWhoWait) {
    auto [left, right] = test::socket_pair();
    auto reader = spawn([&left = left] {
        try {
            static_cast<void>(test::receive_text(left));
            return 0;
        } catch (const io_error& error) {
            return error.code().value();
        }
    });
    let_others_run();
    left.reset();
    EXPECT_EQ(reader.get(), EBADF);
}

}  // namespace
}  // namespace weft
