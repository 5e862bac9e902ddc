// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weft::test {

/// How long tests wait for another process before they fail. Far more than it ever takes, as the
/// machine may be busy and the program instrumented.
inline constexpr std::chrono::seconds patience{60};

/// How a process starts beside its command.
struct child_options {
    std::vector<std::pair<std::string, std::string>> environment{};  ///< added to the parent's
    std::optional<std::size_t> descriptor_limit{};                   ///< RLIMIT_NOFILE
};

/// A program that runs as an ordinary process. Its output is kept; it ends with this object, or
/// with the test that dies before.
///
/// Threads: one. Needs no runtime and must not be used inside one, as its waits block the thread.
class child_process {
public:
    /// Starts command[0], sought on the path and in the sbin directories, with its arguments.
    ///
    /// \throws std::system_error  if it cannot be started.
    explicit child_process(std::vector<std::string> command, const child_options& options = {});

    child_process(child_process&& other) noexcept;
    child_process& operator=(child_process&& other) noexcept;

    /// Asks the process to end (SIGTERM), kills it if it does not, and reaps it.
    ~child_process();

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    /// Sends a signal; no effect once the process was reaped.
    void signal(int number) const noexcept;

    /// Waits for the end. Returns the exit code, or the negated number of the signal that ended
    /// the process.
    ///
    /// \throws std::runtime_error  with the output, if it still runs after `limit`.
    int wait(std::chrono::milliseconds limit = patience);

    /// SIGTERM and wait().
    int stop(std::chrono::milliseconds limit = patience);

    /// Whether the process has not ended yet.
    [[nodiscard]] bool running();

    /// Waits until `condition` is true; it is asked again every few milliseconds.
    ///
    /// \throws std::runtime_error  naming `what` and with the output, if the process ends before
    ///         or the limit is exceeded.
    void wait_until(const std::string& what, const std::function<bool()>& condition,
                    std::chrono::milliseconds limit = patience);

    /// Waits until the output on either stream holds `text` at least `times` times.
    void wait_for_output(const std::string& text, std::size_t times = 1);

    /// Waits for a whole line of the output that begins with `prefix`; returns what follows it.
    [[nodiscard]] std::string wait_for_line(const std::string& prefix);

    /// What the process has written to stdout so far.
    [[nodiscard]] std::string output() const;

    /// What the process has written to stderr so far.
    [[nodiscard]] std::string errors() const;

private:
    void end() noexcept;
    bool poll_end(std::chrono::milliseconds limit);
    [[nodiscard]] std::string report(const std::string& what) const;

    pid_t pid_ = -1;
    int pid_fd_ = -1;  // readable once the process has ended
    int output_ = -1;  // files in memory: the process never waits for a reader
    int errors_ = -1;
    std::optional<int> result_;
};

/// How often `part` occurs in `text`.
[[nodiscard]] std::size_t occurrences(const std::string& text, const std::string& part);

/// A port of 127.0.0.1 that nobody uses for TCP or UDP. Another process may take it before the
/// caller does: a server that fails to start is started again on another one.
[[nodiscard]] unsigned short free_port();

/// Starts a server with start(port) on free ports until one start succeeds.
///
/// \throws what the last of five attempts threw.
template <class Start>
auto on_free_port(Start&& start) {
    for (int attempts_left = 4;; --attempts_left) {
        try {
            return start(free_port());
        } catch (const std::exception&) {
            if (attempts_left == 0) {
                throw;
            }
        }
    }
}

}  // namespace weft::test
