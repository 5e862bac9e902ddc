// SPDX-License-Identifier: BSL-1.0
//
// Scenario 12: fork() in a fiber. The child executes a program, exits, or goes on; the parent's
// runtime does not notice. A.10: the child inherits neither the identity of the loop nor its
// signals.
#include <weft/io.hpp>
#include <weft/pipe.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/signals.hpp>
#include <weft/task.hpp>
#include <weft/worker_pool.hpp>

#include "fork_guard.hpp"
#include "scheduler.hpp"
#include "trace/registry.hpp"

#include "support/children.hpp"
#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;

class Fork : public test::runtime_test {
protected:
    ~Fork() override { EXPECT_FALSE(test::has_children()) << "children are left"; }

    /// Forks, and returns how the child ended that ran `body`.
    static int exit_code_of(const std::function<int()>& body) {
        const pid_t child = ::fork();
        if (child == 0) {
            std::_Exit(body());
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
};

/// What a program has open that is executed after a fork, as numbers in their order.
std::string descriptors_of_a_program() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::execlp("sh", "sh", "-c", "ls /proc/self/fd | sort -n | xargs", nullptr);
        std::_Exit(127);
    }
    ::close(ends[1]);
    std::string listed(1000, '\0');
    std::size_t size = 0;
    for (ssize_t got = 1; got > 0; size += static_cast<std::size_t>(got)) {
        got = ::read(ends[0], listed.data() + size, listed.size() - size);
    }
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    listed.resize(size);
    EXPECT_TRUE(listed.starts_with("0 1 2 ")) << listed;
    return listed;
}

/// Waiting fibers of every kind that must be there after a fork as before.
class bystanders {
public:
    bystanders() {
        reading_ = spawn([this] { return test::receive_text(ends_.first); });
        sleeping_ = spawn([] { this_fiber::sleep_for(1s); });
        this_fiber::yield();
        this_fiber::yield();
    }

    void expect_undisturbed() {
        EXPECT_FALSE(reading_.done());
        test::send_text(ends_.second, "still here");
        EXPECT_EQ(reading_.get(), "still here");
        sleeping_.get();
        EXPECT_EQ(to_thread([] { return 1; }), 1);
    }

private:
    std::pair<unique_fd, unique_fd> ends_ = test::socket_pair();
    task<std::string> reading_;
    task<> sleeping_;
};

FIBER_TEST_F(Fork, ChildMayExit) {
    bystanders others;
    EXPECT_EQ(exit_code_of([] { return 3; }), 3);
    others.expect_undisturbed();
}

// Scenario 12: every descriptor of the runtime, and all that it has opened, is closed on exec.
TEST_F(Fork, ChildMayExecuteAProgramThatInheritsNothing) {
    const auto inherited = descriptors_of_a_program();
    run([&] {
        bystanders others;
        signals received({SIGUSR1});
        EXPECT_EQ(descriptors_of_a_program(), inherited);
        others.expect_undisturbed();
    });
}

// Blocking calls of the parent's runtime say what is wrong, and closing touches nothing of it.
FIBER_TEST_F(Fork, ChildIsOutsideOfTheRuntime) {
    bystanders others;
    std::optional<std::pair<unique_fd, unique_fd>> ends = test::socket_pair();
    auto waiting = spawn([&] { return test::receive_text(ends->first); });
    this_fiber::yield();
    const auto home = current_runtime();
    EXPECT_EQ(exit_code_of([&] {
                  int refused = 0;
                  const std::vector<std::function<void()>> calls{
                      [] { this_fiber::sleep_for(1ms); },
                      [] { this_fiber::yield(); },
                      [&] { static_cast<void>(test::receive_text(ends->second)); },
                      [] { auto spawned = spawn([] {}); },
                      [] { to_thread([] {}); },
                      [&] { home.post([] {}); },
                      [] { static_cast<void>(current_runtime()); }};
                  for (const auto& each : calls) {
                      try {
                          each();
                      } catch (const usage_error&) {
                          ++refused;
                      }
                  }
                  ends.reset();  // closes the copies of the child
                  return refused == static_cast<int>(calls.size()) ? 0 : 1;
              }),
              0);
    EXPECT_FALSE(waiting.done());
    test::send_text(ends->second, "open");
    EXPECT_EQ(waiting.get(), "open");
    others.expect_undisturbed();
}

// "The child continues": in a runtime of its own.
FIBER_TEST_F(Fork, ChildMayRunAnew) {
    bystanders others;
    EXPECT_EQ(exit_code_of([&] {
                  return weft::run(
                      [] {
                          auto [left, right] = test::socket_pair();
                          auto reading = spawn([&left = left] { return test::receive_text(left); });
                          this_fiber::sleep_for(1ms);
                          test::send_text(right, "hello");
                          return reading.get() == "hello" ? 4 : 1;
                      },
                      options);
              }),
              4);
    others.expect_undisturbed();
}

// The child of another thread, while a runtime runs on this one.
FIBER_TEST_F(Fork, ChildOfAnotherThreadMayRunToo) {
    bystanders others;
    EXPECT_EQ(to_thread([&] {
                  return exit_code_of([&] { return weft::run([] { return 5; }, options); });
              }),
              5);
    others.expect_undisturbed();
}

// A.10: a signal in the child is no signal in the parent, and has its default effect there.
FIBER_TEST_F(Fork, SignalsOfTheChildAreItsOwn) {
    signals received({SIGUSR1, SIGINT});
    EXPECT_EQ(exit_code_of([] { return ::raise(SIGUSR1); }), -SIGUSR1);
    EXPECT_EQ(exit_code_of([] { return ::raise(SIGINT); }), -SIGINT);
    EXPECT_EQ(received.try_next(), std::nullopt);
    ::raise(SIGUSR1);
    EXPECT_EQ(received.next(), SIGUSR1);
}

FIBER_TEST_F(Fork, InterruptOfTheChildIsItsOwn) {
    EXPECT_EQ(exit_code_of([] { return ::raise(SIGINT); }), -SIGINT);
    this_fiber::sleep_for(1ms);
}

FIBER_TEST_F(Fork, ChildHasNoFibersForADebuggerToFind) {
    EXPECT_NE(weft_fiber_registry.runtimes, nullptr);
    EXPECT_EQ(exit_code_of([] { return weft_fiber_registry.runtimes != nullptr; }), 0);
}

// Unwinding in the child destroys handles, but not what they stand for in the parent.
FIBER_TEST_F(Fork, UnwindingInTheChildLeavesTheParentsAlone) {
    std::optional<task<>> sleeping(spawn([] { this_fiber::sleep_for(1s); }));
    this_fiber::yield();
    EXPECT_EQ(exit_code_of([&] {
                  sleeping.reset();
                  return 6;
              }),
              6);
    sleeping->get();
}

// There is nothing left that the child could return to.
FIBER_TEST_F(Fork, ReturningFromTheFiberEndsTheChildWithAMessage) {
    auto [reader, writer] = make_pipe();
    bool parent = false;
    const pid_t self = ::getpid();
    auto forking = spawn([&, &writer = writer] {
        if (::fork() == 0) {
            ::dup2(writer.native(), STDERR_FILENO);
            return;
        }
        parent = ::getpid() == self;
    });
    forking.get();
    EXPECT_TRUE(parent);
    writer.close();
    std::string text;
    reader.read_all(text);
    EXPECT_NE(text.find("returned from the fiber it was forked in"), std::string::npos);
    int status = 0;
    ::wait(&status);
    EXPECT_EQ(WEXITSTATUS(status), EXIT_FAILURE);
}

// Threads that start and end runtimes hold locks now and then; the child must not need them.
TEST_F(Fork, LocksOfOtherThreadsDoNotStopTheChild) {
    if (test::sanitized()) {
        GTEST_SKIP() << "the locks of sanitizers do not survive a fork beside other threads";
    }
    std::atomic<bool> over{false};
    std::thread starting([&] {
        while (!over) {
            weft::run([] { this_fiber::yield(); });
        }
    });
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(exit_code_of([] { return weft::run([] { return 7; }); }), 7);
    }
    over = true;
    starting.join();
}

}  // namespace
}  // namespace weft
