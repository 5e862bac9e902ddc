// SPDX-License-Identifier: BSL-1.0

// What holds for the layer as a whole: who passes through it, and what it defines.

#include "interpose/posix_test.hpp"

#include <weft/io.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include <dlfcn.h>
#include <poll.h>
#include <setjmp.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

namespace weft::test {
namespace {

using LayerTest = posix_test;

/// The function that is tested, not one to wait with.
constexpr auto sleep_of_libc = &::sleep;

TEST_F(LayerTest, DefinesEveryNameOfItsList) {
    void* library = ::dlopen("libweft_interpose.so", RTLD_NOW | RTLD_NOLOAD);
    ASSERT_NE(library, nullptr);
    std::ifstream names(WEFT_INTERPOSED_NAMES);
    int count = 0;
    for (std::string name; std::getline(names, name);) {
        if (name.empty() || name.front() == '#') {
            continue;
        }
        Dl_info where{};
        ASSERT_NE(::dladdr(::dlsym(library, name.c_str()), &where), 0) << name;
        EXPECT_NE(std::string(where.dli_fname).find("libweft_interpose"), std::string::npos)
            << name;
        ++count;
    }
    EXPECT_GT(count, 60);
    ::dlclose(library);
}

FIBER_TEST_F(LayerTest, AThreadBesideTheRuntimeBlocksItselfOnly) {
    const auto ends = make_pipe_ends();
    char byte = 0;
    std::thread other([&] { EXPECT_EQ(::read(ends.read.get(), &byte, 1), 1); });
    EXPECT_EQ(::write(ends.write.get(), "t", 1), 1);
    other.join();
    EXPECT_EQ(byte, 't');
}

FIBER_TEST_F(LayerTest, TheChildOfAForkPassesThrough) {
    const auto ends = make_socket_ends();
    EXPECT_EQ(::write(ends.write.get(), "f", 1), 1);
    const pid_t child = ::fork();
    if (child == 0) {
        char byte = 0;
        const bool read = ::read(ends.read.get(), &byte, 1) == 1 && byte == 'f';
        ::_exit(read && ::close(ends.read.get()) == 0 ? 3 : 4);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 3);
}

FIBER_TEST_F(LayerTest, TheChildOfAVforkLeavesItsParentsWaitersAlone) {
    const auto ends = make_socket_ends();
    char byte = 0;
    task<> reader = spawn([&] { EXPECT_EQ(::read(ends.read.get(), &byte, 1), 1); });
    let_others_run();
    const pid_t child = ::vfork();
    if (child == 0) {
        ::close(ends.read.get());
        ::_exit(5);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 5);
    EXPECT_EQ(::write(ends.write.get(), "v", 1), 1);
    reader.join();
    EXPECT_EQ(byte, 'v');
}

FIBER_TEST_F(LayerTest, ClosingADescriptorEndsTheWaitOfAnotherFiber) {
    auto ends = make_socket_ends();
    const int fd = ends.read.get();
    task<> reader = spawn([&] {
        char byte = 0;
        EXPECT_EQ(::read(fd, &byte, 1), -1);
        EXPECT_EQ(errno, EBADF);
    });
    let_others_run();
    EXPECT_EQ(::close(ends.read.release()), 0);
    reader.join();
}

FIBER_TEST_F(LayerTest, SleepGivesTheTimeLeftWhenCancelled) {
    move_on_after(std::chrono::seconds(3), [] {
        EXPECT_EQ(sleep_of_libc(10), 7U);
        EXPECT_EQ(errno, ETIMEDOUT);
    });
}

FIBER_TEST_F(LayerTest, ALoopOverReadyDescriptorsLetsOthersRun) {
    const auto ends = make_socket_ends();
    bool done = false;
    task<> other = spawn([&] { done = true; });
    int rounds = 0;
    for (char byte = 0; !done; ++rounds) {
        ASSERT_EQ(::write(ends.write.get(), "x", 1), 1);
        ASSERT_EQ(::read(ends.read.get(), &byte, 1), 1);
        ASSERT_LT(rounds, 1000);
    }
    other.join();
}

bool other_ran = false;
bool other_ran_in_handler = false;
sigjmp_buf place_to_jump_to;

/// A call that suspends a fiber.
void poll_nothing() {
    pollfd nothing{-1, 0, 0};
    EXPECT_EQ(::poll(&nothing, 1, 1), 0);
}

void wait_in_handler(int) {
    poll_nothing();
    other_ran_in_handler = other_ran;
}

void jump_out_of_handler(int) {
    ::siglongjmp(place_to_jump_to, 1);
}

/// Handles the signal of this test for a lifetime.
class handled_signal {
public:
    explicit handled_signal(void (*handler)(int)) : before_(::signal(SIGUSR1, handler)) {}
    handled_signal(const handled_signal&) = delete;
    handled_signal& operator=(const handled_signal&) = delete;
    ~handled_signal() { ::signal(SIGUSR1, before_); }

private:
    sighandler_t before_;
};

FIBER_TEST_F(LayerTest, NobodyElseRunsInTheHandlerOfASignal) {
    const handled_signal handled(&wait_in_handler);
    other_ran = false;
    task<> other = spawn([] { other_ran = true; });
    ::raise(SIGUSR1);
    EXPECT_FALSE(other_ran_in_handler);
    poll_nothing();
    EXPECT_TRUE(other_ran);
    other.join();
}

FIBER_TEST_F(LayerTest, AHandlerThatIsLeftByAJumpIsOver) {
    const handled_signal handled(&jump_out_of_handler);
    other_ran = false;
    task<> other = spawn([] { other_ran = true; });
    if (sigsetjmp(place_to_jump_to, 1) == 0) {
        ::raise(SIGUSR1);
        ADD_FAILURE() << "the handler has returned";
    }
    poll_nothing();
    EXPECT_TRUE(other_ran);
    other.join();
}

FIBER_TEST_F(LayerTest, AWriterWhosePeerGoesMeanwhileGetsTheErrorOfTheSocket) {
    auto ends = make_socket_ends();
    const std::string much(1 << 20, 'w');
    ::send(ends.write.get(), much.data(), much.size(), MSG_DONTWAIT);
    task<> closer = spawn([&] { ::close(ends.read.release()); });
    EXPECT_EQ(::write(ends.write.get(), "x", 1), -1);  // and no SIGPIPE ends the test
    EXPECT_EQ(errno, ECONNRESET);
    closer.join();
}

FIBER_TEST_F(LayerTest, ACancelledWriteSaysHowMuchWentOut) {
    const auto ends = make_socket_ends();
    const std::string much(8 << 20, 'w');
    move_on_after(std::chrono::seconds(1), [&] {
        const ssize_t written = ::write(ends.write.get(), much.data(), much.size());
        EXPECT_GT(written, 0);
        EXPECT_LT(written, static_cast<ssize_t>(much.size()));
        EXPECT_EQ(::write(ends.write.get(), "x", 1), -1);
        EXPECT_EQ(errno, ETIMEDOUT);
    });
}

}  // namespace
}  // namespace weft::test
