// SPDX-License-Identifier: BSL-1.0
#include "benches.hpp"
#include "options.hpp"
#include "process.hpp"
#include "report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <span>
#include <string_view>

namespace weft::bench {

namespace {

struct bench {
    std::string_view name;
    void (*run)(const options& chosen);
};

constexpr std::array benches{
    bench{"yield", run_yield},         bench{"spawn", run_spawn}, bench{"handoff", run_handoff},
    bench{"select", run_select},       bench{"wake", run_wake},   bench{"timers", run_timers},
    bench{"memory", run_memory},       bench{"echo", run_echo},   bench{"http", run_http},
    bench{"engines", run_engines},     bench{"trace", run_trace}, bench{"simulate", run_simulate},
    bench{"interpose", run_interpose},
};

constexpr auto names = [] {
    std::array<std::string_view, benches.size()> listed;
    std::ranges::transform(benches, listed.begin(), &bench::name);
    return listed;
}();

void run_chosen(const options& chosen) {
    // All measuring happens in processes on the server CPU; this one drives the load.
    pin_to(chosen_cpus().load);
    raise_descriptor_limit();
    if (!chosen.json) {
        print_heading();
    }
    for (const auto& each : benches) {
        const auto& wanted = chosen.names;
        if (wanted.empty() || std::ranges::find(wanted, each.name) != wanted.end()) {
            each.run(chosen);
        }
    }
}

int run_program(std::span<const char* const> arguments) {
    try {
        const auto chosen = parse_options(arguments, names);
        if (chosen.help) {
            std::fputs(usage().data(), stdout);
            return 0;
        }
        run_chosen(chosen);
        return 0;
    } catch (const usage_error& error) {
        std::fprintf(stderr, "weft-bench: %s\nTry weft-bench --help.\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        clear_progress();
        std::fprintf(stderr, "weft-bench: %s\n", error.what());
        return 1;
    }
}

}  // namespace

}  // namespace weft::bench

int main(int argc, char** argv) {
    return weft::bench::run_program(
        std::span<const char* const>(argv, static_cast<std::size_t>(argc)).subspan(1));
}
