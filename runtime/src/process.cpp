// SPDX-License-Identifier: BSL-1.0
#include <weft/process.hpp>

#include <weft/error.hpp>
#include <weft/io.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>
#include <weft/worker_pool.hpp>

#include "fork_guard.hpp"
#include "process_launch.hpp"
#include "scheduler.hpp"
#include "system_failure.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <span>
#include <utility>

namespace weft {

namespace detail {

/// What a process object, and the fibers that wait in it, know of the child.
///
/// Invariant: the child has been reaped exactly if there is a status; until then its number and
/// `pidfd` are its own.
struct child_process {
    std::string program;
    unsigned made_in = fork_generation();  // in another one it is the parent's child
    pid_t pid = -1;
    unique_fd pidfd;
    pipe_writer input;
    pipe_reader output;
    pipe_reader errors;
    std::optional<exit_status> status;

    /// Reaps the child if it has ended, with WEXITED only: once it has. Returns whether it has.
    bool reap(int flags) noexcept;

    void report(error_kind kind, const std::string& what) const noexcept;
};

bool child_process::reap(int flags) noexcept {
    if (status) {
        return true;
    }
    siginfo_t ended{};
    int result = 0;
    do {
        // Not by P_ALL or the number: that could be the child of somebody else.
        result = ::waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &ended, flags);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
        constexpr int unknown = 255;
        status = exit_status::exited(unknown);
        report(error_kind::exit_status_lost, "its status is lost: somebody else has waited for it");
    } else if (ended.si_pid != 0) {
        status = ended.si_code == CLD_EXITED ? exit_status::exited(ended.si_status)
                                             : exit_status::signaled(ended.si_status);
    }
    return status.has_value();
}

void child_process::report(error_kind kind, const std::string& what) const noexcept {
    const fiber* self = current_fiber;
    if (self != nullptr) {
        const auto which = "process '" + program + "' (" + std::to_string(pid) + "): ";
        self->home->report(kind, self, which + what, nullptr);
    }
}

}  // namespace detail

namespace {

using detail::child_process;

exit_status wait_for(child_process& child) {
    detail::checkpoint();
    while (!child.reap(WEXITED | WNOHANG)) {
        io::wait_readable(child.pidfd.get());
    }
    return *child.status;
}

/// Returns whether the signal was sent: not if the child has ended.
bool send(child_process& child, int number) {
    if (child.reap(WEXITED | WNOHANG)) {
        return false;
    }
    if (::syscall(SYS_pidfd_send_signal, child.pidfd.get(), number, nullptr, 0) != 0) {
        const int error = errno;
        detail::throw_system(error,
                             "process '" + child.program + "': signal " + std::to_string(number));
    }
    return true;
}

/// Kills a child that still runs and reaps it.
void end(child_process& child) noexcept {
    if (child.reap(WEXITED | WNOHANG)) {
        return;
    }
    ::syscall(SYS_pidfd_send_signal, child.pidfd.get(), SIGKILL, nullptr, 0);
    try {
        detail::run_shielded([&] { wait_for(child); });
    } catch (...) {  // no fiber or no memory: then the thread waits, which is short after a SIGKILL
        child.reap(WEXITED);
    }
}

void feed(pipe_writer& to, std::string_view input) {
    try {
        to.write_all(std::as_bytes(std::span(input)));
    } catch (const io_error& failed) {
        if (failed.code() != std::errc::broken_pipe) {
            throw;
        }
        // It need not read what it is given.
    }
    to.close();
}

}  // namespace

std::vector<std::string> shell(std::string_view line) {
    return {"/bin/sh", "-c", std::string(line)};
}

process::process(std::vector<std::string> command, const process_options& options) {
    const detail::launch_plan plan(std::move(command), options);
    child_ = std::make_shared<child_process>();
    child_->program = plan.command.front();
    auto made = to_thread([&] { return detail::launch(plan); });
    child_->pid = made.pid;
    child_->pidfd = std::move(made.pidfd);
    child_->input = pipe_writer(std::move(made.pipes[STDIN_FILENO]));
    child_->output = pipe_reader(std::move(made.pipes[STDOUT_FILENO]));
    child_->errors = pipe_reader(std::move(made.pipes[STDERR_FILENO]));
}

process& process::operator=(process&& other) noexcept {
    process old(std::move(*this));
    child_ = std::move(other.child_);
    return *this;
}

process::~process() {
    if (child_ != nullptr) {
        // First, or it could take the end of its input for all of it, and finish its work on that.
        if (child_->made_in == detail::fork_generation()) {
            end(*child_);
        }
        child_->input.close();
        child_->output.close();
        child_->errors.close();
    }
}

const std::shared_ptr<child_process>& process::required() const {
    if (child_ == nullptr) {
        throw usage_error("process: the object was moved from");
    }
    return child_;
}

pid_t process::pid() const {
    return required()->pid;
}

pipe_writer& process::input() {
    return required()->input;
}

pipe_reader& process::output() {
    return required()->output;
}

pipe_reader& process::errors() {
    return required()->errors;
}

exit_status process::wait() {
    const auto kept = required();  // this object may end first: then the child has, too
    return wait_for(*kept);
}

std::optional<exit_status> process::status() {
    required()->reap(WEXITED | WNOHANG);
    return child_->status;
}

void process::send_signal(int number) {
    if (!send(*required(), number)) {
        detail::throw_system(ESRCH, "process '" + child_->program + "' has ended");
    }
}

void process::terminate() {
    send_signal(SIGTERM);
}

void process::kill() {
    send_signal(SIGKILL);
}

exit_status process::stop(clock::duration grace) {
    const auto kept = required();
    return detail::run_shielded([&] {
        if (send(*kept, SIGTERM) && !move_on_after(grace, [&] { wait_for(*kept); }) &&
            send(*kept, SIGKILL)) {
            kept->report(error_kind::process_killed, "it outlived SIGTERM and was killed");
        }
        return wait_for(*kept);
    });
}

process::outputs process::communicate(std::string_view input, std::size_t limit) {
    const auto kept = required();
    outputs all;
    // Cancelled at the end: once the process has ended, whoever else holds the pipe need not read.
    const auto feeding =
        kept->input.is_open() ? spawn([&] { feed(kept->input, input); }) : task<>();
    try {
        with_task_group([&](task_group& group) {
            if (kept->errors.is_open()) {
                group.spawn([&] { kept->errors.read_all(all.errors, limit); });
            }
            if (kept->output.is_open()) {
                kept->output.read_all(all.output, limit);
            }
        });
    } catch (const exception_group& failed) {  // that there were fibers is no concern of the caller
        std::rethrow_exception(failed.errors().front());
    }
    wait_for(*kept);
    return all;
}

}  // namespace weft
