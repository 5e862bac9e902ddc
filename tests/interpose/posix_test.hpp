// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/runtime_test.hpp"

#include <weft/unique_fd.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace weft::test {

/// Both ends of a pipe or of a pair of sockets, in blocking mode.
struct two_ends {
    unique_fd read;
    unique_fd write;
};

/// For tests that call libc on plain blocking descriptors, in fibers under this layer.
class posix_test : public runtime_test {
protected:
    static two_ends make_pipe_ends() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        return {unique_fd(ends[0]), unique_fd(ends[1])};
    }

    static two_ends make_socket_ends(int type = SOCK_STREAM) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()), 0);
        return {unique_fd(ends[0]), unique_fd(ends[1])};
    }
};

}  // namespace weft::test
