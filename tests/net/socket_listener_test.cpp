// SPDX-License-Identifier: BSL-1.0
//
// Stands in for accept4(), to count its calls.
#include <weft/net/socket_listener.hpp>
#include <weft/testing/stream_text.hpp>

#include "support/runtime_test.hpp"
#include "support/sockets.hpp"

#include <weft/clock.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <dlfcn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <utility>
#include <vector>

namespace {

std::atomic<int> accept_calls = 0;  // several runtimes of a test may accept

}  // namespace

extern "C" int accept4(int fd, sockaddr* peer, socklen_t* size, int flags) {
    static auto* const real = reinterpret_cast<decltype(&accept4)>(::dlsym(RTLD_NEXT, "accept4"));
    ++accept_calls;
    return real(fd, peer, size, flags);
}

namespace weft::net {
namespace {

/// Lets this process open no descriptor beyond those it has, for a lifetime.
class no_more_descriptors {
public:
    no_more_descriptors() {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit limited = before_;
        // The next free number is the first that is not allowed any more.
        limited.rlim_cur = static_cast<rlim_t>(unique_fd(::dup(0)).get());
        setrlimit(RLIMIT_NOFILE, &limited);
    }
    ~no_more_descriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

    no_more_descriptors(const no_more_descriptors&) = delete;
    no_more_descriptors& operator=(const no_more_descriptors&) = delete;

private:
    rlimit before_{};
};

using SocketListener = weft::test::runtime_test;

// T119, scenario 9
FIBER_TEST_F(SocketListener, WaitsOutALackOfDescriptors) {
    auto listener = test::listen_on_loopback();
    auto served = test::tcp_pair();
    auto acceptor = spawn([&] { return listener.accept(); });
    this_fiber::yield();
    unique_fd spare(::dup(0));
    std::optional<no_more_descriptors> none(std::in_place);
    spare.reset();
    auto waiting = tcp_stream::connect(listener.local_address());  // takes the last one
    accept_calls = 0;
    this_fiber::sleep_for(std::chrono::seconds(10));
    EXPECT_FALSE(acceptor.done());
    EXPECT_GE(accept_calls, 10);  // once per second in the end
    EXPECT_LE(accept_calls, 15);  // the scenario allows 1000
    served.first.write_all(bytes_of("still served"));
    EXPECT_EQ(testing::read_up_to(served.second, 12), "still served");
    none.reset();
    const auto freed = clock::now();
    auto accepted = acceptor.get();
    EXPECT_LE(clock::now() - freed, std::chrono::seconds(1));
    EXPECT_EQ(accepted.peer_address(), waiting.local_address());
}

// T121
FIBER_TEST_F(SocketListener, LosesNoConnectionWhenAnAcceptIsCancelled) {
    auto listener = test::listen_on_loopback();
    for (int i = 0; i < 100; ++i) {
        auto cancelled_one = spawn([&] { return listener.accept(); });
        this_fiber::yield();
        auto client = tcp_stream::connect(listener.local_address());
        cancelled_one.cancel();
        cancelled_one.join();
        std::vector<tcp_stream> accepted;
        try {
            accepted.push_back(cancelled_one.get());
        } catch (const cancelled&) {
            accepted.push_back(listener.accept());
        }
        EXPECT_EQ(accepted.front().peer_address(), client.local_address());
    }
}

FIBER_TEST_F(SocketListener, SkipsConnectionsThatEndedWhileTheyWaited) {
    auto listener = test::listen_on_loopback();
    {
        auto reset = tcp_stream::connect(listener.local_address());
        const linger at_once{1, 0};
        setsockopt(reset.native(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    auto good = tcp_stream::connect(listener.local_address());
    good.write_all(bytes_of("good"));
    for (;;) {  // Linux hands over even the connection that was reset
        auto accepted = listener.accept();
        if (accepted.peer_address() == good.local_address()) {
            EXPECT_EQ(testing::read_up_to(accepted, 4), "good");
            break;
        }
    }
}

FIBER_TEST_F(SocketListener, WakesTheAcceptorWhenItIsClosed) {
    auto listener = test::listen_on_loopback();
    auto acceptor = spawn([&] { (void)listener.accept(); });
    this_fiber::yield();
    listener.close();
    try {
        acceptor.get();
        FAIL();
    } catch (const error& failed) {
        EXPECT_EQ(failed.code(), std::errc::bad_file_descriptor);
    }
    EXPECT_THROW((void)listener.accept(), error);
    EXPECT_FALSE(listener.is_open());
}

FIBER_TEST_F(SocketListener, LetsConnectionsLiveWhenItIsClosed) {
    auto listener = test::listen_on_loopback();
    auto client = tcp_stream::connect(listener.local_address());
    auto server = listener.accept();
    listener.close();
    client.write_all(bytes_of("x"));
    EXPECT_EQ(testing::read_up_to(server, 1), "x");
}

FIBER_TEST_F(SocketListener, ServesSeveralAcceptorsInTheirOrder) {
    auto listener = test::listen_on_loopback();
    auto first = spawn([&] { return listener.accept(); });
    auto second = spawn([&] { return listener.accept(); });
    auto one = tcp_stream::connect(listener.local_address());
    auto two = tcp_stream::connect(listener.local_address());
    EXPECT_EQ(first.get().peer_address(), one.local_address());
    EXPECT_EQ(second.get().peer_address(), two.local_address());
}

}  // namespace
}  // namespace weft::net
