// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Other programs: start, talk to, signal and wait for them. Needs Linux 5.4 (pidfd).
///
/// To run one to its end in a single call: run_process.hpp.

#include <weft/clock.hpp>
#include <weft/exit_status.hpp>
#include <weft/pipe.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

namespace detail {
struct child_process;
}

/// Where a standard stream of a new process leads.
struct redirect {
    enum class target : std::uint8_t { inherit, null, pipe, output, descriptor };

    target where = target::inherit;
    int descriptor = -1;

    static const redirect inherit;    ///< where the same stream of this process leads
    static const redirect null;       ///< /dev/null
    static const redirect pipe;       ///< a pipe to this process
    static const redirect to_output;  ///< for the error stream: where the output leads

    /// To an open descriptor, which stays the caller's.
    static constexpr redirect to(int fd) noexcept { return {target::descriptor, fd}; }
};

inline constexpr redirect redirect::inherit{redirect::target::inherit};
inline constexpr redirect redirect::null{redirect::target::null};
inline constexpr redirect redirect::pipe{redirect::target::pipe};
inline constexpr redirect redirect::to_output{redirect::target::output};

/// What can be chosen for a new process.
struct process_options {
    redirect input = redirect::inherit;
    redirect output = redirect::inherit;
    redirect errors = redirect::inherit;
    /// Where it starts; the directory of this process if empty. A relative program path is sought
    /// from here.
    std::filesystem::path directory{};
    /// Added to the environment of this process, or replacing it.
    std::map<std::string, std::string> environment{};
    bool clean_environment = false;  ///< whether `environment` is all there is
    /// A session and process group of its own: the terminal's Ctrl-C does not reach it.
    bool new_session = false;
    /// Descriptors from 3 on that it gets under the same numbers. It gets no others.
    std::vector<int> keep{};
};

/// The command that lets /bin/sh interpret `line`.
[[nodiscard]] std::vector<std::string> shell(std::string_view line);

/// A child process.
///
/// It starts with no signal blocked, ignored or handled, and with no descriptors but the three
/// streams and those to keep. Destroying it closes the pipes; if it still runs it is killed, and
/// waited for out of reach of cancellation, so that no zombie stays. Nothing but this object may
/// wait for the child: after a foreign waitpid(-1) its status is lost, which is reported and shown
/// as exit code 255.
/// Threads:  only on the thread of its runtime.
/// Source:   posix_spawn(3), pidfd_open(2).
class process {
public:
    /// Starts command[0], sought on PATH unless it holds a slash, with the rest as arguments.
    ///
    /// Blocks:       until the program was loaded, which happens on a worker thread.
    /// Cancellation: before a worker began, nothing is started; later it is the next blocking
    ///               call that throws.
    /// \throws io_error  naming the program or the directory, with the reason why it cannot be
    ///         started; usage_error  for a command or an environment that cannot be.
    explicit process(std::vector<std::string> command, const process_options& options = {});

    process(process&&) noexcept = default;
    process& operator=(process&& other) noexcept;
    ~process();

    [[nodiscard]] pid_t pid() const;

    /// The other ends of the streams that are redirect::pipe; closed for the others.
    [[nodiscard]] pipe_writer& input();
    [[nodiscard]] pipe_reader& output();
    [[nodiscard]] pipe_reader& errors();

    /// Waits for the end of the process, whoever else still holds its pipes. Any number of
    /// fibers may, any number of times.
    ///
    /// A process whose output is a pipe that nobody reads may never end: see communicate().
    /// Cancellation: throws cancelled; the process runs on.
    exit_status wait();

    /// How it ended; nothing while it runs. Never blocks.
    [[nodiscard]] std::optional<exit_status> status();

    /// Sends a signal, never to another process that got the same number.
    ///
    /// Blocks: never.
    /// \throws io_error  (ESRCH) once the process has ended; (EINVAL) if there is no such signal.
    void send_signal(int number);
    void terminate();  ///< send_signal(SIGTERM)
    void kill();       ///< send_signal(SIGKILL)

    /// Ends the process: SIGTERM, and SIGKILL if it still runs after `grace`, which is reported
    /// (error_kind::process_killed).
    ///
    /// Cancellation: held back until the process has ended.
    exit_status stop(clock::duration grace = std::chrono::seconds(5));

    /// What came out of the pipes.
    struct outputs {
        std::string output;
        std::string errors;
    };

    /// Writes `input`, closes that pipe, reads the others to their ends and waits for the end of
    /// the process. One that does not read its input is no failure.
    ///
    /// Blocks:       until the process has ended and nobody holds its output pipes any more.
    /// Cancellation: throws cancelled; what was read is lost, the process runs on.
    /// \param limit  bytes of each output at most.
    /// \throws io_error  (std::errc::message_size) beyond `limit`.
    outputs communicate(std::string_view input = {},
                        std::size_t limit = pipe_reader::default_limit);

private:
    [[nodiscard]] const std::shared_ptr<detail::child_process>& required() const;

    std::shared_ptr<detail::child_process> child_;  // shared with those who wait
};

}  // namespace weft
