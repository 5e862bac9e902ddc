// SPDX-License-Identifier: BSL-1.0

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "analysis/fail_on.hpp"
#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "recording/child_program.hpp"
#include "recording/event_names.hpp"
#include "recording/session.hpp"
#include "recording/stop_signals.hpp"
#include "report/sections.hpp"

namespace weft::trace_tool {
namespace {

struct run_options {
    recording_options recording;
    std::string output = "weft-trace.ftr";
    std::string events = "sched+stacks";
    std::string fail_on;
    bool json = false;
    std::vector<std::string> command;
};

// Records until the program has ended; returns its exit code.
int record_all(session& recording, const run_options& options) {
    const stop_signals stop;
    child_program child(options.command, event_classes_text(options.recording.mask), stop.before());
    for (;;) {
        const auto ended = child.exit_code();
        for (auto& memory : child.new_runtimes()) {
            const auto process = static_cast<pid_t>(memory.header().process);
            recording.add(std::move(memory), process);
        }
        recording.step();
        if (ended) {
            recording.finish();
            return *ended;
        }
        const auto pause = recording.empty() ? drain_pace::shortest : recording.pause();
        if (const int signal = stop.wait_for(pause); signal != 0) {
            child.signal(signal);
        }
    }
}

// Whether something was found that the program is to fail on.
bool tell_findings(const session& recording, const std::vector<fail_condition>& conditions,
                   bool as_json, std::ostream& err) {
    bool failed = false;
    for (const auto& file : recording.files()) {
        const auto read = summarize(file);
        const auto made = make_report(read, 5);
        if (as_json) {
            print_json(err, report_json(read));
            err << '\n';
        } else {
            print_text(err, made);
        }
        for (const auto& each : made.findings) {
            failed = failed || std::ranges::any_of(conditions, [&](const auto& condition) {
                         return condition.holds_for(each);
                     });
        }
    }
    return failed;
}

int run(run_options options, output_streams streams) {
    const auto conditions = parse_fail_on(options.fail_on);
    options.recording.mask = parse_event_classes(options.events);
    options.recording.file = options.output;
    options.recording.from_beginning = true;
    session recording(options.recording);
    const int code = record_all(recording, options);
    if (recording.empty()) {
        streams.err
            << "weft-trace: " << options.command.front()
            << " showed no fibers: it is not built with weft, or never called weft::run()\n";
        return code;
    }
    recording.tell(streams.err);
    const bool failed = tell_findings(recording, conditions, options.json, streams.err);
    return code == 0 && failed ? static_cast<int>(outcome::finding) : code;
}

}  // namespace

void add_run(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<run_options>();
    command_line command(tool, context, "run", "Start a program, record it, report at its end");
    command.add("-o,--output", options->output, "The recording").show_default();
    command.add("--events", options->events, "As in record").show_default();
    command.add("--fail-on", options->fail_on,
                "Fail too if there is one of these; joined by commas");
    command.add("--json", options->json, "The report as JSON, also on standard error");
    command.add("COMMAND", options->command, "Behind --: the program, its arguments").required();
    command.notes(
        "--fail-on knows " + std::string(known_conditions) +
        ".\n"
        "The exit code is that of the program; 1 if that is 0 and --fail-on applies.\n"
        "Example:\n  weft-trace run --fail-on='stall>100ms,deadlock' -- ./server --port 80");
    command.run(
        [options](output_streams streams) { return static_cast<outcome>(run(*options, streams)); });
}

}  // namespace weft::trace_tool
