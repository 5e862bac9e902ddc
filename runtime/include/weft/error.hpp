// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What weft throws, and what it reports to the error handler.

#include <weft/exception_group.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace weft {

/// Thrown by a blocking call inside a cancelled scope: the operation did not happen.
///
/// Not derived from std::exception, so that catch (const std::exception&) does not swallow it. Let
/// it pass; the scope that was cancelled absorbs it.
class cancelled {
public:
    /// \param scope_id   which cancel_scope asked for it.
    /// \param canceller  the id of the fiber that called cancel(); 0: a deadline or no fiber.
    cancelled(std::uint64_t scope_id, std::string reason, std::uint64_t canceller = 0);

    /// The id of the cancelled scope on whose behalf this was thrown.
    [[nodiscard]] std::uint64_t scope_id() const noexcept { return scope_id_; }

    /// What was given to cancel(); "deadline" when a deadline did it.
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

    /// The id of the fiber that called cancel(); 0 if a deadline or the runtime did.
    [[nodiscard]] std::uint64_t canceller() const noexcept { return canceller_; }

    /// For the runtime: the outer scope that takes over the absorption.
    void assign_to(std::uint64_t scope_id) noexcept { scope_id_ = scope_id; }

private:
    std::uint64_t scope_id_;
    std::uint64_t canceller_;
    std::string reason_;
};

/// A limit set by fail_after() was exceeded.
class timeout_error : public std::runtime_error {
public:
    timeout_error() : std::runtime_error("weft: the time limit was exceeded") {}
};

/// A call that cannot be right, such as unlocking a mutex that is not held. Nothing was changed.
class usage_error : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// run() was ended by SIGINT.
class interrupted : public std::runtime_error {
public:
    interrupted() : std::runtime_error("weft: interrupted by SIGINT") {}
};

/// A failed system call.
class io_error : public std::system_error {
public:
    /// \param transferred  bytes that were moved before the failure.
    io_error(std::error_code code, const std::string& what, std::size_t transferred = 0)
        : std::system_error(code, what), transferred_(transferred) {}

    /// Bytes that the failed operation had moved before.
    [[nodiscard]] std::size_t transferred() const noexcept { return transferred_; }

private:
    std::size_t transferred_;
};

/// What a report to the error handler is about.
enum class error_kind : std::uint8_t {
    unhandled_exception,  ///< a detached fiber or a posted function threw
    result_never_read,    ///< a task failed and its handle was dropped unread
    leftover_failed,      ///< a fiber cancelled at the end of run() threw
    shield_expired,       ///< a blocking call during unwinding exceeded its bound
    pool_not_joined,      ///< a worker thread still ran at the end of run()
    deadlock,             ///< every fiber waits, and nothing but a signal can wake one
    // In debug mode, see debug_options:
    slow_step,               ///< a fiber ran for long without letting others run
    task_never_joined,       ///< the handle to a task was dropped before the task began
    cancellation_swallowed,  ///< a fiber caught cancelled and went on, again and again
    lock_abandoned,          ///< a fiber ended and holds a lock for which another waits
    exit_status_lost,        ///< somebody else has waited for a child process
    process_killed,          ///< a process outlived its SIGTERM
};

/// One report to the error handler.
struct error_report {
    error_kind kind;
    std::string message;         ///< one line for people
    std::uint64_t fiber_id = 0;  ///< 0: no fiber
    std::string fiber_name;
    std::source_location spawned_at;      ///< where the fiber was spawned
    std::exception_ptr error;             ///< may be null
    std::vector<std::string> stack = {};  ///< of a slow step, innermost first; may be empty
};

/// Takes the reports of a runtime, on its thread. It must not block; one that throws is replaced by
/// the default for that report.
using error_handler = std::function<void(const error_report&)>;

/// Writes one line to stderr, and one for each frame of a stack. What a runtime does when no
/// handler is given.
void default_error_handler(const error_report& report) noexcept;

/// A line that describes `error`: what() of a std::exception, "cancelled", or "unknown exception".
[[nodiscard]] std::string describe(const std::exception_ptr& error);

}  // namespace weft
