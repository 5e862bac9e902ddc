// SPDX-License-Identifier: BSL-1.0

#include <chrono>
#include <memory>
#include <optional>

#include "analysis/playback.hpp"
#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "output/table.hpp"
#include "recording/stop_signals.hpp"
#include "report/event_filter.hpp"
#include "report/event_text.hpp"

namespace weft::trace_tool {
namespace {

struct events_options {
    std::string file;
    std::string filter;
    bool raw = false;
    bool follow = false;
    bool json = false;
};

class printer final : public playback_listener {
public:
    printer(const events_options& options, const tick_scale& scale, std::ostream& out)
        : options_(options), filter_(options.filter), scale_(scale), out_(out) {
        if (options.json) {
            list_.emplace(out, "events");
        }
    }

    void on_chunk(const chunk&) override {}
    void on_interval(const interval&) override {}

    void on_event(const trace::event& next, const chunk& in) override {
        const auto said = members_of(next, in, scale_);
        if (!filter_.takes(said)) {
            return;
        }
        const auto shown = options_.raw ? raw_members_of(next) : said;
        if (list_) {
            list_->add(json_of(shown));
            return;
        }
        out_ << line_of(shown) << '\n';
    }

    void on_gap(std::uint64_t lost) override {
        if (list_) {
            list_->add({{"lost", lost}});
        } else {
            out_ << "lost=" << lost << '\n';
        }
    }

    void finish(const survey& whole) {
        if (list_) {
            list_->finish({{"complete", whole.complete}, {"damage", whole.damage}});
        }
    }

private:
    const events_options& options_;
    event_filter filter_;
    tick_scale scale_;
    std::ostream& out_;
    std::optional<json_list> list_;
};

// What is in a chunk, without the lives that a whole recording is played for.
void print_chunk(const chunk& read, printer& to) {
    auto gap = read.gaps.begin();
    for (std::size_t i = 0; i <= read.events.size(); ++i) {
        for (; gap != read.gaps.end() && gap->before <= i; ++gap) {
            to.on_gap(gap->lost);
        }
        if (i < read.events.size()) {
            to.on_event(read.events[i], read);
        }
    }
}

// Up to the end of the recording, also while it is being made.
outcome follow(const events_options& options, output_streams streams) {
    constexpr std::chrono::milliseconds pause{100};
    const stop_signals stop;
    file_reader reader(options.file);
    std::optional<printer> to;
    do {
        while (const auto read = reader.next()) {
            if (!to) {
                to.emplace(options, tick_scale(read->began, read->ended), streams.out);
            }
            print_chunk(*read, *to);
        }
        streams.out.flush();
        reader.look_again();
    } while (!reader.complete() && stop.wait_for(pause) == 0);
    if (to) {
        survey whole;
        whole.complete = reader.complete();
        to->finish(whole);
    }
    return outcome::good;
}

outcome events(const events_options& options, output_streams streams) {
    if (options.follow) {
        return follow(options, streams);
    }
    const auto whole = survey_of(file_reader(options.file));
    printer to(options, tick_scale(whole.began, whole.ended), streams.out);
    const auto played = play(options.file, to);
    to.finish(played);
    if (!played.damage.empty()) {
        streams.err << "weft-trace: " << played.damage << '\n';
    }
    return outcome::good;
}

}  // namespace

void add_events(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<events_options>();
    command_line command(tool, context, "events", "The events of a recording, one a line");
    command.add("FILE", options->file, "A recording").required();
    command.add("--filter", options->filter, "Conditions, joined by commas");
    command.add("--follow", options->follow, "Also those to come, while it is being recorded");
    command.add("--raw", options->raw, "The members as they are stored");
    command.add("--json", options->json, "For programs");
    command.notes(
        "Times are ns since the begin. A condition is a member, one of = != ~ < >, and a value; ~ "
        "is\n"
        "for a part of it, and numbers may have a unit of time.\n"
        "Example:\n  weft-trace events app.ftr --filter 'type=woken,from~mutex,time>10ms'");
    command.run([options](output_streams streams) { return events(*options, streams); });
}

}  // namespace weft::trace_tool
