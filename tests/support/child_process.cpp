// SPDX-License-Identifier: BSL-1.0
#include "support/child_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <random>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace weft::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

int checked(int result, const std::string& what) {
    if (result < 0) {
        throw std::system_error(errno, std::system_category(), what);
    }
    return result;
}

int memory_file(const char* name) {
    return checked(memfd_create(name, MFD_CLOEXEC), name);
}

std::string content_of(int file) {
    struct stat status {};
    if (fstat(file, &status) != 0) {
        return {};
    }
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    const auto got = pread(file, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return text;
}

std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        return name;
    }
    const char* inherited = std::getenv("PATH");
    // Servers live in sbin, which the path of an ordinary user does not name.
    std::istringstream folders(std::string(inherited != nullptr ? inherited : "") +
                               ":/usr/local/sbin:/usr/sbin:/sbin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (const auto file = folder + "/" + name; access(file.c_str(), X_OK) == 0) {
            return file;
        }
    }
    throw std::runtime_error(name + " is not installed (tools/check.sh installs it)");
}

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added) {
    std::vector<std::string> all;
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string entry = *each;
        const auto name = entry.substr(0, entry.find('='));
        if (std::none_of(added.begin(), added.end(),
                         [&](const auto& set) { return set.first == name; })) {
            all.push_back(entry);
        }
    }
    for (const auto& [name, value] : added) {
        all.push_back(name + "=" + value);
    }
    return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

// Runs between fork and exec: only async-signal-safe calls.
[[noreturn]] void become(const char* program, char** arguments, char** environment, int output,
                         int errors, const child_options& options) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    std::signal(SIGINT, SIG_DFL);  // a shell ignores both for what it runs in the background
    std::signal(SIGQUIT, SIG_DFL);
    if (options.descriptor_limit) {
        const rlimit limit{*options.descriptor_limit, *options.descriptor_limit};
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0U, 0);  // nothing of whoever runs the tests
    execve(program, arguments, environment);
    _exit(127);
}

bool can_bind(int kind, unsigned short port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const int tried = checked(socket(AF_INET, kind | SOCK_CLOEXEC, 0), "socket");
    const bool bound = bind(tried, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(tried);
    return bound;
}

}  // namespace

child_process::child_process(std::vector<std::string> command, const child_options& options)
    : output_(memory_file("stdout")), errors_(memory_file("stderr")) {
    const auto program = find_program(command.at(0));
    auto environment = environment_with(options.environment);
    auto arguments = pointers_to(command);
    auto variables = pointers_to(environment);
    pid_ = checked(fork(), "fork");
    if (pid_ == 0) {
        become(program.c_str(), arguments.data(), variables.data(), output_, errors_, options);
    }
    pid_fd_ = checked(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)), "pidfd_open");
}

child_process::child_process(child_process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pid_fd_(std::exchange(other.pid_fd_, -1)),
      output_(std::exchange(other.output_, -1)),
      errors_(std::exchange(other.errors_, -1)),
      result_(other.result_) {}

child_process& child_process::operator=(child_process&& other) noexcept {
    if (this != &other) {
        end();
        pid_ = std::exchange(other.pid_, -1);
        pid_fd_ = std::exchange(other.pid_fd_, -1);
        output_ = std::exchange(other.output_, -1);
        errors_ = std::exchange(other.errors_, -1);
        result_ = other.result_;
    }
    return *this;
}

child_process::~child_process() {
    end();
}

void child_process::end() noexcept {
    if (pid_ < 0) {
        return;
    }
    signal(SIGTERM);
    if (!poll_end(std::chrono::seconds(10))) {
        signal(SIGKILL);
        poll_end(patience);
    }
    for (const int owned : {pid_fd_, output_, errors_}) {
        close(owned);
    }
    pid_ = -1;
}

void child_process::signal(int number) const noexcept {
    if (!result_) {
        kill(pid_, number);  // not reaped yet, so the number cannot be somebody else's
    }
}

bool child_process::poll_end(milliseconds limit) {
    pollfd waited{pid_fd_, POLLIN, 0};
    const auto deadline = steady_clock::now() + limit;
    while (!result_) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        const int ready = poll(&waited, 1, static_cast<int>(std::max<long>(left.count(), 0)));
        int status = 0;
        if (ready > 0 && waitpid(pid_, &status, 0) == pid_) {
            result_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        } else if (left.count() <= 0) {
            return false;
        }
    }
    return true;
}

bool child_process::running() {
    return !poll_end(milliseconds(0));
}

int child_process::wait(milliseconds limit) {
    if (!poll_end(limit)) {
        throw std::runtime_error(report("still runs"));
    }
    return *result_;
}

int child_process::stop(milliseconds limit) {
    signal(SIGTERM);
    return wait(limit);
}

void child_process::wait_until(const std::string& what, const std::function<bool()>& condition,
                               milliseconds limit) {
    const auto deadline = steady_clock::now() + limit;
    while (!condition()) {
        if (steady_clock::now() > deadline) {
            throw std::runtime_error(report("not in time: " + what));
        }
        if (poll_end(milliseconds(5)) && !condition()) {
            throw std::runtime_error(report("ended before: " + what));
        }
    }
}

void child_process::wait_for_output(const std::string& text, std::size_t times) {
    wait_until("output \"" + text + "\"",
               [&] { return occurrences(output(), text) + occurrences(errors(), text) >= times; });
}

std::string child_process::wait_for_line(const std::string& prefix) {
    std::string rest;
    wait_until("a line \"" + prefix + "...\"", [&] {
        const auto text = "\n" + output();
        const auto begin = text.find("\n" + prefix);
        const auto end = begin == std::string::npos ? begin : text.find('\n', begin + 1);
        if (end == std::string::npos) {
            return false;
        }
        rest = text.substr(begin + 1 + prefix.size(), end - begin - 1 - prefix.size());
        return true;
    });
    return rest;
}

std::string child_process::output() const {
    return content_of(output_);
}

std::string child_process::errors() const {
    return content_of(errors_);
}

std::string child_process::report(const std::string& what) const {
    return what + "\n-- stdout\n" + output() + "\n-- stderr\n" + errors();
}

std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

unsigned short free_port() {
    // Below the range from which the system takes ports for outgoing connections: none of those
    // can take the port while a server is restarted.
    std::uniform_int_distribution<int> among(10'000, 32'000);
    std::random_device random;
    for (;;) {
        const auto port = static_cast<unsigned short>(among(random));
        if (can_bind(SOCK_STREAM, port) && can_bind(SOCK_DGRAM, port)) {
            return port;
        }
    }
}

}  // namespace weft::test
