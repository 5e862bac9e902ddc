// SPDX-License-Identifier: BSL-1.0
#include <weft/run_process.hpp>

#include <utility>

namespace weft {

namespace {

process_options with_pipes(const run_process_options& options) {
    const auto unless_chosen = [](redirect& stream, redirect wanted) {
        if (stream.where == redirect::target::inherit) {
            stream = wanted;
        }
    };
    process_options made = options.process;
    unless_chosen(made.input, options.input.empty() ? redirect::null : redirect::pipe);
    if (options.capture_output) {
        unless_chosen(made.output, redirect::pipe);
    }
    if (options.capture_errors) {
        unless_chosen(made.errors, redirect::pipe);
    }
    return made;
}

/// What the program said about its failure: the last line of its errors.
std::string last_line(const std::string& text) {
    const auto end = text.find_last_not_of("\r\n");
    if (end == std::string::npos) {
        return {};
    }
    const auto begin = text.find_last_of('\n', end);
    return ": " + text.substr(begin + 1, end - begin);
}

}  // namespace

process_error::process_error(const std::string& what, completed_process ended)
    : std::runtime_error(what), ended_(std::move(ended)) {}

completed_process run_process(std::vector<std::string> command,
                              const run_process_options& options) {
    const std::string program = command.empty() ? std::string() : command.front();
    process running(std::move(command), with_pipes(options));
    process::outputs written;
    try {
        written = running.communicate(options.input, options.output_limit);
    } catch (...) {
        running.stop(options.grace);
        throw;
    }
    completed_process ended{running.wait(), std::move(written.output), std::move(written.errors)};
    if (options.check && !ended.status.success()) {
        const auto what =
            "process '" + program + "' " + ended.status.to_string() + last_line(ended.errors);
        throw process_error(what, std::move(ended));
    }
    return ended;
}

}  // namespace weft
