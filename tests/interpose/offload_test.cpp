// SPDX-License-Identifier: BSL-1.0

// Names and child processes: only the calling fiber waits, and the answers are libc's.

#include "interpose/posix_test.hpp"

#include <weft/task.hpp>

#include <netdb.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace weft::test {
namespace {

class OffloadTest : public posix_test {
protected:
    OffloadTest() { use_real_time(); }
};

std::string addresses_of(const char* host, const addrinfo& hints) {
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host, "80", &hints, &found);
    std::string text = std::to_string(error);
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        text += " " + std::to_string(each->ai_family) + std::to_string(each->ai_socktype) +
                std::to_string(each->ai_addrlen);
    }
    if (found != nullptr) {
        ::freeaddrinfo(found);
    }
    return text;
}

TEST_F(OffloadTest, GetaddrinfoAnswersAsLibc) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    for (const char* host : {"localhost", "127.0.0.1", "::1", "not a name", ""}) {
        for (const int flags : {0, AI_NUMERICHOST, AI_PASSIVE, AI_CANONNAME, 1 << 30}) {
            hints.ai_flags = flags;
            const std::string native = addresses_of(host, hints);
            EXPECT_EQ(run([&] { return addresses_of(host, hints); }), native) << host << flags;
        }
    }
}

FIBER_TEST_F(OffloadTest, GethostbynameGivesAddressAndReason) {
    const hostent* found = ::gethostbyname("127.0.0.1");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->h_addrtype, AF_INET);
    EXPECT_EQ(::gethostbyname("not a name"), nullptr);
    EXPECT_NE(h_errno, 0);
}

FIBER_TEST_F(OffloadTest, OthersRunWhileACommandDoes) {
    const auto ends = make_pipe_ends();
    ::fcntl(ends.read.get(), F_SETFD, 0);
    task<> other = spawn([&] { EXPECT_EQ(::write(ends.write.get(), "x\n", 2), 2); });
    const std::string command =
        "read x </proc/self/fd/" + std::to_string(ends.read.get()) + "; exit 3";
    EXPECT_EQ(WEXITSTATUS(::system(command.c_str())), 3);
    other.join();
}

FIBER_TEST_F(OffloadTest, OthersRunWhileAChildIsWaitedFor) {
    const auto ends = make_pipe_ends();
    const pid_t child = ::fork();
    if (child == 0) {
        char byte = 0;
        ::_exit(::read(ends.read.get(), &byte, 1) == 1 ? 6 : 7);
    }
    task<> other = spawn([&] { EXPECT_EQ(::write(ends.write.get(), "x", 1), 1); });
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 6);
    EXPECT_EQ(::waitpid(child, &status, 0), -1);
    EXPECT_EQ(errno, ECHILD);
    other.join();
}

FIBER_TEST_F(OffloadTest, PcloseGivesTheStatus) {
    FILE* pipe = ::popen("cat > /dev/null; exit 9", "w");
    ASSERT_NE(pipe, nullptr);
    EXPECT_EQ(WEXITSTATUS(::pclose(pipe)), 9);
}

}  // namespace
}  // namespace weft::test
