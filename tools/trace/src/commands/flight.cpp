// SPDX-License-Identifier: BSL-1.0

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>

#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "error.hpp"
#include "process/source.hpp"
#include "recording/event_names.hpp"
#include "recording/flight_triggers.hpp"
#include "recording/process_watch.hpp"
#include "recording/session.hpp"
#include "recording/stop_signals.hpp"
#include "report/sections.hpp"

namespace weft::trace_tool {
namespace {

struct flight_options {
    std::string source;
    std::string output;
    std::string events = "sched+user";
    std::string trigger;
    double seconds = 0;
    bool json = false;
};

/// What became of the files.
void tell(const session& recording, bool as_json, output_streams streams) {
    recording.tell(streams.err);
    if (as_json) {
        for (const auto& file : recording.files()) {
            print_json(streams.out, report_json(summarize(file)));
            streams.out << '\n';
        }
    }
}

/// Why a flight ended, for people, and whether what was recorded is to be written.
struct landing {
    std::string why;
    bool writes = true;
};

/// How a program ended.
landing end_of(const process_watch& target, bool only_failed) {
    const auto status = target.status();
    if (status && WIFSIGNALED(*status)) {
        return {"the program was ended by signal " + std::to_string(WTERMSIG(*status))};
    }
    if (status && WEXITSTATUS(*status) == 0) {
        return {"the program has ended with 0", !only_failed};
    }
    return {status ? "the program has ended with " + std::to_string(WEXITSTATUS(*status))
                   : "the program has ended, with what is not known"};
}

/// Lets the runtimes of a program record into their rings, without taking anything out.
class flight {
public:
    flight(source& from, const flight_options& options, const flight_conditions& conditions)
        : from_(from),
          options_(options),
          conditions_(conditions),
          stop_({conditions.signalled ? SIGUSR1 : SIGINT}),  // else SIGUSR1 ends this process
          mask_(parse_event_classes(options.events)) {
        for (const auto& each : from.memories) {
            auto& watched = watched_.emplace_back();
            watched.oldest = each.loop().head;
            watched.owned = std::make_unique<ownership>(each, mask_);
            watched.triggers = std::make_unique<flight_triggers>(each, conditions);
        }
    }

    landing wait_for_trigger() {
        // Quick enough for a renewal, and to see a stall.
        constexpr std::chrono::milliseconds step{10};
        const process_watch target(from_.process);
        const auto began = monotonic_now();
        for (;;) {
            if (const int got = stop_.wait_for(step); got != 0) {
                return {got == SIGUSR1 ? "SIGUSR1 came" : "it was asked to"};
            }
            const bool ended = target.ended();  // before: what it did last is looked at, too
            for (auto& each : watched_) {
                if (auto found = look_at(each)) {
                    return {*found};
                }
            }
            if (ended) {
                return end_of(target, conditions_.failed);
            }
            if (time_is_over(began)) {
                return {"the time is over"};
            }
        }
    }

    /// Writes what is in the rings.
    void write(output_streams streams) {
        session recording({.file = options_.output, .mask = mask_});
        for (std::size_t i = 0; i < watched_.size(); ++i) {
            watched_[i].triggers.reset();
            watched_[i].owned.reset();
            recording.add_rest(std::move(from_.memories[i]), from_.process, watched_[i].oldest);
        }
        recording.finish();
        tell(recording, options_.json, streams);
    }

private:
    struct watched_runtime {
        std::uint64_t oldest;  // event of this flight
        std::unique_ptr<ownership> owned;
        std::unique_ptr<flight_triggers> triggers;
    };

    static std::optional<std::string> look_at(watched_runtime& each) {
        if (!each.owned->renew()) {
            return "another process records the program now";
        }
        return each.triggers->step();
    }

    [[nodiscard]] bool time_is_over(std::uint64_t began) const {
        constexpr double nanoseconds = 1e9;
        return options_.seconds > 0 &&
               static_cast<double>(monotonic_now() - began) >= options_.seconds * nanoseconds;
    }

    source& from_;
    const flight_options& options_;
    const flight_conditions conditions_;
    const stop_signals stop_;  // from the begin: before anybody knows of the flight
    std::uint32_t mask_;
    std::vector<watched_runtime> watched_;
};

outcome fly(const flight_options& options, output_streams streams) {
    const auto conditions = parse_flight_conditions(options.trigger);
    auto from = open_source(options.source, mapped_memory::access::control);
    flight flying(from, options, conditions);
    streams.err << "weft-trace: in flight over " << from.program << std::endl;
    const auto end = flying.wait_for_trigger();
    streams.err << "weft-trace: " << (end.writes ? "writing: " : "nothing written: ") << end.why
                << '\n';
    if (end.writes) {
        flying.write(streams);
    }
    return outcome::good;
}

struct snapshot_options {
    std::string source;
    std::string output;
    bool json = false;
};

outcome take_snapshot(const snapshot_options& options, output_streams streams) {
    auto from = open_source(options.source, mapped_memory::access::control);
    session recording({.file = options.output});
    for (auto& each : from.memories) {
        if (each.loop().head == 0) {
            streams.err << "weft-trace: the program has recorded no events; start it with "
                           "WEFT_TRACE=events:sched, or use flight\n";
        }
        recording.add_rest(std::move(each), from.process, 0);
    }
    recording.finish();
    tell(recording, options.json, streams);
    return outcome::good;
}

}  // namespace

void add_flight(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<flight_options>();
    command_line command(tool, context, "flight",
                         "Let a program record in its memory, and write only what preceded");
    command.add("SRC", options->source, "What to record").required();
    command.add("-o,--output", options->output, "The file, usually NAME.ftr").required();
    command.add("--trigger", options->trigger,
                ("Write at: " + std::string(known_flight_conditions) +
                 ", exit!=0, signal; joined by commas")
                    .c_str());
    command.add("--events", options->events, "As in record").show_default();
    command.add("--for", options->seconds, "Write after so many seconds at the latest").positive();
    command.add("--json", options->json, "At the end the report, as JSON");
    command.notes(
        "Writes the last half million events, about, also at Ctrl-C and when the program ends. "
        "With\n"
        "exit!=0 an end with 0 writes nothing. snapshot: at weft::trace::snapshot(). signal: "
        "SIGUSR1\n"
        "to weft-trace.\n"
        "Example:\n  weft-trace flight server -o before.ftr --trigger='stall>50ms,exception'");
    command.run([options](output_streams streams) { return fly(*options, streams); });
}

void add_snapshot(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<snapshot_options>();
    command_line command(tool, context, "snapshot",
                         "Write what a program has recorded in its memory up to now");
    command.add("SRC", options->source, "A program, or the file of one").required();
    command.add("-o,--output", options->output, "The file, usually NAME.ftr").required();
    command.add("--json", options->json, "The report, as JSON");
    command.notes(
        "For programs that record all the time: started with WEFT_TRACE=events:sched, say.\n"
        "Example:\n  weft-trace snapshot server -o now.ftr");
    command.run([options](output_streams streams) { return take_snapshot(*options, streams); });
}

}  // namespace weft::trace_tool
