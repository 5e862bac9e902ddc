// SPDX-License-Identifier: BSL-1.0

#include <algorithm>
#include <clocale>
#include <cmath>
#include <memory>

#include "commands/command_line.hpp"
#include "commands/state_command.hpp"
#include "commands/table.hpp"
#include "output/json.hpp"
#include "recording/stop_signals.hpp"
#include "top/screen.hpp"
#include "top/terminal.hpp"

namespace weft::trace_tool {
namespace {

using std::chrono::milliseconds;

struct top_options {
    std::string source;
    std::string sort = "rate";
    std::string filter;
    double seconds = 0.25;
    std::size_t rows = 24;
    std::size_t columns = 80;
    bool plain = false;
    bool once = false;
    bool json = false;

    [[nodiscard]] milliseconds interval() const {
        return milliseconds(std::llround(seconds * 1000));
    }
};

void print_plain(top_model& model, const top_options& options, std::ostream& out) {
    const character_grid grid = draw(model, options.rows, options.columns);
    for (std::size_t row = 0; row + 1 < grid.rows(); ++row) {  // without the keys
        const std::string line = grid.line(row);
        if (!line.empty()) {
            out << line << '\n';
        }
    }
}

void print_list(top_model& model, std::ostream& out) {
    json_list list(out, "fibers");
    for (const shown_fiber& fiber : model.fibers()) {
        list.add({{"id", fiber.row->id},
                  {"name", name_of(*fiber.row)},
                  {"state", state_of(*fiber.row, *fiber.runtime)},
                  {"reason", reason_of(*fiber.row, *fiber.runtime)},
                  {"inStateNs", time_in_state(fiber)},
                  {"waits", fiber.row->waits},
                  {"waitsPerSecond", model.speeds().waits(*fiber.row)}});
    }
    json loops = json::array();
    for (std::size_t i = 0; i < model.states().size(); ++i) {
        const auto speed = model.speeds().loop(i);
        const runtime_state& state = model.states()[i];
        loops.push_back({{"thread", state.header.thread},
                         {"running", state.loop.running},
                         {"keptNs", kept_for(state)},
                         {"switchesPerSecond", speed.switches},
                         {"turnsPerSecond", speed.turns}});
    }
    list.finish({{"process", model.from().process},
                 {"program", model.from().program},
                 {"ended", model.ended()},
                 {"loops", loops}});
}

void print_frames(top_model& model, const top_options& options, std::ostream& out) {
    const stop_signals stop;
    const bool once = options.once || options.json;
    for (bool last = false; !last;) {
        last = stop.wait_for(options.interval()) != 0 || once;
        model.refresh();
        last = last || model.ended();
        options.json ? print_list(model, out) : print_plain(model, options, out);
        out.flush();
    }
}

void interact(top_model& model, milliseconds interval) {
    using clock = std::chrono::steady_clock;
    terminal screen;
    auto next = clock::now() + interval;
    for (;;) {
        screen.draw(draw(model, screen.rows(), screen.columns()));
        const auto left = std::chrono::ceil<milliseconds>(next - clock::now());
        const auto pressed = screen.next_key(std::max(left, milliseconds(0)));
        if (pressed && !model.press(*pressed)) {
            return;
        }
        if (clock::now() >= next) {
            model.refresh();
            next = clock::now() + interval;
        }
    }
}

outcome top(const top_options& options, output_streams streams) {
    std::setlocale(LC_CTYPE, "");  // which characters the terminal can show
    top_model model(open_source(options.source));
    model.sort_by(options.sort);
    model.filter_by(options.filter);
    if (options.plain || options.json) {
        print_frames(model, options, streams.out);
    } else {
        interact(model, options.interval());
    }
    tell_what_is_missing(streams.err, model.from(), model.states());
    return outcome::good;
}

}  // namespace

void add_top(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<top_options>();
    command_line command(tool, context, "top", "Watch fibers, with their stacks");
    command.add("SRC", options->source, "What to look at").required();
    command.add("--sort", options->sort).one_of(top_model::sort_keys);
    command.add("--filter", options->filter, "Those with this in name, state or reason");
    command.add("--interval", options->seconds, "Seconds between two looks")
        .between(0.01, 60.0)
        .show_default();
    option plain = command.add("--plain", options->plain, "Print text, no terminal");
    command.add("--once", options->once, "One look, with --plain").needs(plain);
    command.add("--rows", options->rows, "Of plain text").between(10, 100'000);
    command.add("--columns", options->columns).between(40, 1'000);
    command.add("--json", options->json, "One look, for programs");
    command.notes("Keys: press ? in it.\nExample:\n  weft-trace top 4711 --sort=since");
    command.run([options](output_streams streams) { return top(*options, streams); });
}

}  // namespace weft::trace_tool
