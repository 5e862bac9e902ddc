// SPDX-License-Identifier: BSL-1.0

// weft-run --threads-as-fibers: unmodified programs in C whose threads are fibers.

#include "support/child_process.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace weft::test {
namespace {

TEST(ThreadsAsFibersTest, ThreadsDoWhatTheyDoNatively) {
    child_process native({WEFT_THREADS});
    ASSERT_EQ(native.wait(), 0);
    child_process fibers({WEFT_RUN, "--threads-as-fibers", WEFT_THREADS});
    EXPECT_EQ(fibers.wait(), 0) << fibers.errors();
    EXPECT_EQ(fibers.output(), native.output());
}

/// A number in a file of /proc, by the name before it.
long number_in(const std::string& file, const std::string& name) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind(name + ":", 0) == 0) {
            return std::stol(line.substr(name.size() + 1));
        }
    }
    return 0;
}

/// What a process needs, in KiB: its memory, page tables, and a kernel stack for each thread.
long memory_of(pid_t process) {
    const std::string status = "/proc/" + std::to_string(process) + "/status";
    constexpr long kernel_stack = 16;
    return number_in(status, "VmRSS") + number_in(status, "VmPTE") +
           kernel_stack * number_in(status, "Threads");
}

/// Processor time that a process has used, in microseconds.
double cpu_of(pid_t process) {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    std::getline(stat, text);
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) {
        fields >> skipped;
    }
    long user = 0;
    long system = 0;
    fields >> user >> system;
    return static_cast<double>(user + system) * 1e6 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void allow_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

int connect_to(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<unsigned short>(port));
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return made;
}

/// What a server with a thread for each connection needs for that many, all open at once.
struct server_cost {
    double memory_each;  // KiB
    double cpu_each;     // microseconds for a request
    long threads;
};

class connected_clients {
public:
    connected_clients(int port, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            sockets_.push_back(connect_to(port));
        }
    }
    connected_clients(const connected_clients&) = delete;
    connected_clients& operator=(const connected_clients&) = delete;
    ~connected_clients() {
        for (const int each : sockets_) {
            ::close(each);
        }
    }

    /// Each sends a request; then each gets its answer.
    void exchange() const {
        std::array<char, 64> text{};
        for (std::size_t i = 0; i < sockets_.size(); ++i) {
            text.fill(static_cast<char>('a' + i % 26));
            ASSERT_EQ(::send(sockets_[i], text.data(), text.size(), 0), 64);
        }
        for (std::size_t i = 0; i < sockets_.size(); ++i) {
            ASSERT_EQ(::recv(sockets_[i], text.data(), text.size(), MSG_WAITALL), 64);
            ASSERT_EQ(text.front(), static_cast<char>('a' + i % 26));
        }
    }

private:
    std::vector<int> sockets_;
};

server_cost serve_many(std::vector<std::string> command, std::size_t count, int rounds) {
    child_process server(std::move(command));
    const int port = std::stoi(server.wait_for_line("listening on "));
    const long memory_before = memory_of(server.pid());
    const connected_clients clients(port, count);
    clients.exchange();
    const double cpu_before = cpu_of(server.pid());
    for (int i = 0; i < rounds; ++i) {
        clients.exchange();
    }
    const auto requests = static_cast<double>(count) * rounds;
    return {
        static_cast<double>(memory_of(server.pid()) - memory_before) / static_cast<double>(count),
        (cpu_of(server.pid()) - cpu_before) / requests,
        number_in("/proc/" + std::to_string(server.pid()) + "/status", "Threads")};
}

void compare_servers(std::size_t count, int rounds) {
    allow_descriptors();
    const auto native = serve_many({WEFT_THREAD_PER_CONNECTION}, count, rounds);
    const auto fibers =
        serve_many({WEFT_RUN, "--threads-as-fibers", WEFT_THREAD_PER_CONNECTION}, count, rounds);
    std::printf(
        "[ measured ] %zu connections: %.1f KiB and %.1f us each natively, %.1f KiB and "
        "%.1f us as fibers\n",
        count, native.memory_each, native.cpu_each, fibers.memory_each, fibers.cpu_each);
    EXPECT_EQ(native.threads, static_cast<long>(count) + 1);
    EXPECT_EQ(fibers.threads, 1);
    EXPECT_LT(fibers.memory_each, native.memory_each / 4);
    EXPECT_LT(fibers.cpu_each, native.cpu_each * 1.2);
}

TEST(ThreadsAsFibersTest, AThousandConnectionsNeedOneThreadAndLittleMemory) {
    compare_servers(1000, 20);
}

TEST(ThreadsAsFibersLong, TenThousandConnectionsNeedOneThreadAndLittleMemory) {
    compare_servers(10'000, 20);
}

}  // namespace
}  // namespace weft::test
