// SPDX-License-Identifier: BSL-1.0
#include "process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <span>
#include <stdexcept>
#include <system_error>

namespace weft::bench {

namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

struct pipe_ends {
    int read = -1;
    int write = -1;
};

pipe_ends make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        fail("pipe2");
    }
    return {ends[0], ends[1]};
}

// All that arrives until the other end is closed.
std::size_t read_all(int fd, std::span<std::byte> into) {
    std::size_t filled = 0;
    while (filled < into.size()) {
        const auto got = read(fd, into.data() + filled, into.size() - filled);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

void write_all(int fd, std::span<const std::byte> from) {
    // Everything sent here fits into a pipe's buffer.
    if (write(fd, from.data(), from.size()) != static_cast<ssize_t>(from.size())) {
        fail("write to the parent");
    }
}

// Forks; the child runs `body`, which gets the pipe's writing end, and never returns from here.
pid_t start_child(const pipe_ends& ends, const std::function<void(int write_end)>& body) {
    std::fflush(stdout);
    const auto pid = fork();
    if (pid < 0) {
        fail("fork");
    }
    if (pid > 0) {
        close(ends.write);
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(ends.read);
    try {
        pin_to(chosen_cpus().server);
        body(ends.write);
        _exit(0);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "weft-bench: %s\n", error.what());
    }
    _exit(1);
}

std::chrono::nanoseconds read_clock(clockid_t clock) {
    timespec now{};
    if (clock_gettime(clock, &now) != 0) {
        fail("clock_gettime");
    }
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

void wait_for(pid_t pid) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

// Read before the first pinning, which would leave only one.
cpu_pair find_cpus() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        fail("sched_getaffinity");
    }
    cpu_pair found{-1, -1};
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &allowed)) {
            found.server = found.server < 0 ? cpu : found.server;
            found.load = cpu;
        }
    }
    return found;
}

}  // namespace

cpu_pair chosen_cpus() {
    static const cpu_pair chosen = find_cpus();
    return chosen;
}

void pin_to(int cpu) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    if (sched_setaffinity(0, sizeof only, &only) != 0) {
        fail("sched_setaffinity");
    }
}

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        fail("getrlimit");
    }
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        fail("setrlimit");
    }
    return limit.rlim_cur;
}

std::chrono::nanoseconds own_cpu_time() {
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

std::vector<double> in_child(const std::function<std::vector<double>()>& measured) {
    constexpr std::size_t most_numbers = 16;
    const auto ends = make_pipe();
    const auto pid = start_child(ends, [&](int write_end) {
        const auto numbers = measured();
        write_all(write_end, std::as_bytes(std::span(numbers)));
    });
    std::vector<double> numbers(most_numbers);
    const auto bytes = read_all(ends.read, std::as_writable_bytes(std::span(numbers)));
    close(ends.read);
    wait_for(pid);
    if (bytes == 0) {
        throw std::runtime_error("a measuring process ended without a figure");
    }
    numbers.resize(bytes / sizeof(double));
    return numbers;
}

server_process::server_process(const std::function<void(const announce_port&)>& serve) {
    const auto ends = make_pipe();
    pid_ = start_child(ends, [&](int write_end) {
        serve([write_end](std::uint16_t port) {
            write_all(write_end, std::as_bytes(std::span(&port, 1)));
            close(write_end);
        });
    });
    const auto bytes = read_all(ends.read, std::as_writable_bytes(std::span(&port_, 1)));
    close(ends.read);
    if (bytes != sizeof port_) {
        wait_for(pid_);
        throw std::runtime_error("a server process ended before it listened");
    }
}

server_process::~server_process() {
    kill(pid_, SIGKILL);
    wait_for(pid_);
}

std::chrono::nanoseconds server_process::cpu_time() const {
    clockid_t clock{};
    if (const int error = clock_getcpuclockid(pid_, &clock); error != 0) {
        throw std::system_error(error, std::generic_category(), "clock_getcpuclockid");
    }
    return read_clock(clock);
}

}  // namespace weft::bench
