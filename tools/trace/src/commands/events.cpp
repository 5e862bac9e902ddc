// SPDX-License-Identifier: BSL-1.0

#include <memory>
#include <optional>

#include "analysis/playback.hpp"
#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "output/table.hpp"
#include "process/process_files.hpp"
#include "report/event_text.hpp"

namespace weft::trace_tool {
namespace {

struct events_options {
    std::string file;
    std::string filter;
    bool raw = false;
    bool json = false;
};

/// type=NAME or fiber=NUMBER.
class event_filter {
public:
    explicit event_filter(const std::string& text) {
        if (text.starts_with("type=")) {
            type_ = text.substr(5);
        } else if (text.starts_with("fiber=")) {
            fiber_ = parse_number(text.substr(6));
        }
        if (!text.empty() && !fiber_ && type_.empty()) {
            throw bad_usage("--filter: " + text + " is neither type=NAME nor fiber=NUMBER");
        }
    }

    [[nodiscard]] bool takes(const trace::event& shown) const {
        return (type_.empty() || name_of(shown.type) == type_) &&
               (!fiber_ || shown.fiber == *fiber_ ||
                (shown.type == trace::event_type::switched && shown.x == *fiber_));
    }

private:
    std::string type_;
    std::optional<std::uint64_t> fiber_;
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
        if (!filter_.takes(next)) {
            return;
        }
        const auto shown = options_.raw ? raw_members_of(next) : members_of(next, in, scale_);
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

outcome events(const events_options& options, output_streams streams) {
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
    command.add("--filter", options->filter, "type=NAME or fiber=NUMBER");
    command.add("--raw", options->raw, "The members as they are stored");
    command.add("--json", options->json, "For programs");
    command.notes(
        "Times are ns since the begin.\n"
        "Example:\n  weft-trace events app.ftr --filter=type=result_lost");
    command.run([options](output_streams streams) { return events(*options, streams); });
}

}  // namespace weft::trace_tool
