// SPDX-License-Identifier: BSL-1.0
#include <weft/error.hpp>

#include "assert.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace weft {

namespace {

const char* title(error_kind kind) noexcept {
    switch (kind) {
        case error_kind::unhandled_exception: return "unhandled exception";
        case error_kind::result_never_read: return "failure of a task that nobody asked for";
        case error_kind::leftover_failed: return "failure at the end of run()";
        case error_kind::shield_expired: return "blocked too long while unwinding";
        case error_kind::pool_not_joined: return "worker pool not joined";
        case error_kind::deadlock: return "deadlock";
        case error_kind::slow_step: return "slow step";
        case error_kind::task_never_joined: return "task that nobody joined";
        case error_kind::cancellation_swallowed: return "swallowed cancellation";
        case error_kind::lock_abandoned: return "abandoned lock";
        case error_kind::exit_status_lost: return "exit status lost";
        case error_kind::process_killed: return "process killed";
    }
    return "error";
}

}  // namespace

cancelled::cancelled(std::uint64_t scope_id, std::string reason, std::uint64_t canceller)
    : scope_id_(scope_id), canceller_(canceller), reason_(std::move(reason)) {}

std::string describe(const std::exception_ptr& error) {
    if (error == nullptr) {
        return "no error";
    }
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        return known.what();
    } catch (const cancelled& request) {
        return "cancelled" + (request.reason().empty() ? "" : ": " + request.reason());
    } catch (...) {
        return "unknown exception";
    }
}

void default_error_handler(const error_report& report) noexcept {
    try {
        std::string line = std::string("weft: ") + title(report.kind);
        if (report.fiber_id != 0) {
            line += " in fiber " + std::to_string(report.fiber_id);
            line += report.fiber_name.empty() ? "" : " \"" + report.fiber_name + "\"";
            line += std::string(" (spawned at ") + report.spawned_at.file_name() + ":" +
                    std::to_string(report.spawned_at.line()) + ")";
        }
        line += report.message.empty() ? "" : ": " + report.message;
        line += report.error == nullptr ? "" : ": " + describe(report.error);
        for (const auto& frame : report.stack) {
            line += "\n    " + frame;
        }
        std::fprintf(stderr, "%s\n", line.c_str());
    } catch (...) {
        std::fputs("weft: an error that there is no memory to describe\n", stderr);
    }
}

void detail::assertion_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "weft: bug: %s:%d: %s\n", file, line, condition);
    std::abort();
}

}  // namespace weft
