// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Runs a program to its end in one call.

#include <weft/clock.hpp>
#include <weft/exit_status.hpp>
#include <weft/process.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// How a program ended and what it wrote, as far as that was captured.
struct completed_process {
    exit_status status;
    std::string output;
    std::string errors;
};

/// A program that run_process() checked did not end with code 0.
class process_error : public std::runtime_error {
public:
    process_error(const std::string& what, completed_process ended);

    [[nodiscard]] const completed_process& ended() const noexcept { return ended_; }

private:
    completed_process ended_;
};

/// What can be chosen for run_process().
struct run_process_options {
    /// What the program finds on its standard input, unless `process` leads that elsewhere.
    std::string_view input{};
    /// Whether to return what it writes, unless `process` leads that elsewhere.
    bool capture_output = true;
    bool capture_errors = true;
    /// Bytes of each output at most; a program that writes more is stopped.
    std::size_t output_limit = pipe_reader::default_limit;
    /// Whether any end but exit code 0 throws.
    bool check = true;
    /// How long a program that is to stop has between SIGTERM and SIGKILL.
    clock::duration grace = std::chrono::seconds(5);
    process_options process{};
};

/// Starts a program, feeds it, and waits for its end and that of its outputs.
///
/// Cancellation: the program is ended as by process::stop(), out of reach of further cancellation;
///               then throws cancelled. Every other failure ends it the same way.
/// \throws process_error  if it failed and options.check is set; whatever process() and
///         process::communicate() throw.
completed_process run_process(std::vector<std::string> command,
                              const run_process_options& options = {});

}  // namespace weft
