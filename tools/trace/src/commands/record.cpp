// SPDX-License-Identifier: BSL-1.0

#include <algorithm>
#include <memory>
#include <optional>

#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "process/source.hpp"
#include "recording/event_names.hpp"
#include "recording/flight_triggers.hpp"
#include "recording/process_watch.hpp"
#include "recording/sampler.hpp"
#include "recording/session.hpp"
#include "recording/stop_signals.hpp"
#include "report/sections.hpp"
#include "stacks/asked_stacks.hpp"

namespace weft::trace_tool {
namespace {

struct record_options {
    std::string source;
    recording_options recording;
    std::string output;
    std::string events = "sched";
    bool stacks = false;
    std::string until;
    std::string on_full = "overwrite";
    double seconds = 0;
    std::uint64_t samples = 0;  // per second
    bool json = false;
};

bool time_is_over(const record_options& options, std::uint64_t began) {
    constexpr double nanoseconds = 1e9;
    return options.seconds > 0 &&
           static_cast<double>(monotonic_now() - began) >= options.seconds * nanoseconds;
}

/// Whether one of the conditions of --until holds.
class end_conditions {
public:
    end_conditions(const session& recording, const std::string& text) {
        if (!text.empty()) {
            const auto conditions = parse_flight_conditions(text, "--until");
            for (const auto* each : recording.memories()) {
                watched_.push_back(std::make_unique<flight_triggers>(*each, conditions));
            }
        }
    }

    /// Which; empty: none.
    std::string step() {
        for (auto& each : watched_) {
            if (auto found = each->step()) {
                return *found;
            }
        }
        return {};
    }

    /// How long nobody needs to look.
    [[nodiscard]] std::chrono::milliseconds pause() const {
        return watched_.empty() ? drain_pace::longest : drain_pace::shortest;
    }

private:
    std::vector<std::unique_ptr<flight_triggers>> watched_;
};

void record_until_end(session& recording, const record_options& options, end_conditions& conditions,
                      pid_t process, std::ostream& err) {
    const stop_signals stop;
    const process_watch target(process);
    std::optional<sampler> samples;
    if (options.samples != 0) {
        samples.emplace(options.source, std::chrono::nanoseconds(1'000'000'000 / options.samples));
    }
    const auto began = monotonic_now();
    for (bool last = false; !last && recording.active();) {
        const auto pause = std::min(recording.pause(), conditions.pause());
        last = stop.wait_for(samples ? std::min(pause, samples->pause()) : pause) != 0 ||
               target.ended() || time_is_over(options, began);
        if (const auto why = conditions.step(); !why.empty()) {
            err << "weft-trace: ending: " << why << '\n';
            last = true;
        }
        if (samples) {
            samples->step(recording);
        }
        recording.step();
    }
    recording.finish();
}

outcome record(record_options options, output_streams streams) {
    auto from = open_source(options.source, mapped_memory::access::control);
    options.recording.file = options.output;
    options.recording.mask = parse_event_classes(options.events);
    options.recording.when_full =
        options.on_full == "block" ? trace::full_waits : trace::full_overwrites;
    if (options.stacks) {
        options.recording.mask |= trace::sched_events | trace::stack_events;
    }
    static_cast<void>(parse_flight_conditions(options.until, "--until"));  // before anything begins
    options.recording.from_beginning = from.process == 0;
    session recording(options.recording);
    for (auto& memory : from.memories) {
        if (options.stacks) {
            ask_for_stacks(memory);  // of the fibers that wait already
        }
        recording.add(std::move(memory), from.process);
    }
    for (const auto& note : from.notes) {
        streams.err << "weft-trace: " << note << '\n';
    }
    // Before the line that tells others that it has begun.
    end_conditions conditions(recording, options.until);
    streams.err << "weft-trace: recording " << from.program << std::endl;
    record_until_end(recording, options, conditions, from.process, streams.err);
    recording.tell(streams.err);
    if (options.json) {
        for (const auto& file : recording.files()) {
            print_json(streams.out, report_json(summarize(file)));
            streams.out << '\n';
        }
    }
    return outcome::good;
}

}  // namespace

void add_record(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<record_options>();
    command_line command(tool, context, "record", "Record what happens into a file");
    command.add("SRC", options->source, "What to record").required();
    command.add("-o,--output", options->output, "The file, usually NAME.ftr").required();
    command
        .add("--events", options->events,
             "sched, stacks, loop, io, sync, user, workers, cancel, dns, tls, timers, joined by "
             "+; or all")
        .show_default();
    command.add("--stacks", options->stacks, "The stack of every wait, too");
    command
        .add("--cpu", options->samples,
             "Look so often per second where it computes; interrupts system calls")
        .between(1, 1000);
    command.add("--for", options->seconds, "Seconds; else until Ctrl-C or the program's end")
        .positive();
    command.add("--until", options->until,
                ("End at: " + std::string(known_flight_conditions) + "; joined by commas").c_str());
    command
        .add("--on-full", options->on_full,
             "What becomes of the oldest events that are not yet read; block: the program waits")
        .one_of({"overwrite", "block"})
        .show_default();
    command.add("--max-size", options->recording.most_bytes, "End with a file of this size")
        .bytes()
        .show_default("1GiB");
    command
        .add("--rotate", options->recording.kept_files,
             "Begin a new file then, and keep so many of the latest")
        .between(1, 10'000);
    command.add("--json", options->json, "At the end the report, as JSON");
    command.notes("Example:\n  weft-trace record server -o server.ftr --stacks --for 10");
    command.run([options](output_streams streams) { return record(*options, streams); });
}

}  // namespace weft::trace_tool
