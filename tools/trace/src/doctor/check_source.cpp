// SPDX-License-Identifier: BSL-1.0

#include <cstring>

#include "doctor/check.hpp"
#include "output/table.hpp"
#include "stacks/fiber_stack.hpp"
#include "views/fiber_selection.hpp"

namespace weft::trace_tool {
namespace {

constexpr std::size_t most_sampled = 100;  // stacks

std::string number(std::uint64_t count) {
    return std::to_string(count);
}

check check_format(const source& from) {
    const trace::header& header = from.memories.front().header();
    return {"format", health::good,
            "version " + number(header.version) + ", " + number(from.memories.size()) +
                " runtimes on engine " + printable(text_of(header.engine)),
            ""};
}

check check_ticks(const trace::header& header) {
    const bool processor = header.ticks == trace::tick_source::processor;
    return {"clock of events", health::good,
            processor ? "the processor's counter" : "CLOCK_MONOTONIC", ""};
}

check check_rows(const runtime_state& state) {
    const std::uint64_t missed = state.loop.without_row;
    return {"fiber rows", missed == 0 ? health::good : health::limited,
            number(state.loop.live) + " fibers live, " + number(state.header.rows.count) +
                " rows, " + number(missed) + " fibers found no row",
            missed == 0 ? "" : "Set trace_options::rows higher"};
}

check check_losses(const runtime_state& state) {
    const std::uint64_t lost = state.loop.strings_lost + state.loop.stacks_lost;
    return {"names and stacks of events", lost == 0 ? health::good : health::limited,
            number(state.loop.strings_lost) + " strings and " + number(state.loop.stacks_lost) +
                " stacks were lost",
            lost == 0 ? "" : "Restart the program; give few different names to many fibers"};
}

/// Whether the loop comes round: a fiber that never waits holds up all others.
check check_loop(const runtime_state& state) {
    constexpr std::uint64_t long_time = 1'000'000'000;
    const std::uint64_t age = state.now - std::min(state.now, state.loop.turned);
    const bool stuck = state.loop.doing == trace::phase::running && age > long_time;
    const std::string fiber = "fiber #" + number(state.loop.running);
    return {"loop", stuck ? health::bad : health::good,
            stuck ? fiber + " has kept it for " + duration_text(age) : "turns or waits",
            stuck ? "Call `weft-trace stack SRC --running`" : ""};
}

check check_memory(const source& from) {
    const int denied = process_memory(from.process).denied();
    return {"memory of the process", denied == 0 ? health::good : health::limited,
            denied == 0 ? "can be read"
                        : std::string("cannot be read: ") + std::strerror(denied) + "; no stacks",
            denied == 0 ? "" : "Run as root, or sysctl kernel.yama.ptrace_scope=0"};
}

/// Reads some stacks and counts those that are complete.
check check_stacks(const source& from, const std::vector<runtime_state>& states) {
    stack_reader reader(from);
    std::size_t read = 0;
    std::size_t complete = 0;
    std::string problem;
    for (const shown_fiber& fiber : select_fibers(states, {"parked", "", "", "id"})) {
        if (read == most_sampled) {
            break;
        }
        const auto index = static_cast<std::size_t>(fiber.runtime - states.data());
        const call_stack stack = reader.stack_of(from.memories[index], fiber.row->id);
        ++read;
        complete += stack.complete ? 1U : 0U;
        problem = stack.complete ? problem : stack.problem;
    }
    return {"stacks", complete == read ? health::good : health::limited,
            number(complete) + " of " + number(read) + " parked fibers' stacks are complete" +
                (problem.empty() ? "" : "; " + problem),
            complete == read ? "" : "Build the program with -fno-omit-frame-pointer"};
}

}  // namespace

std::vector<check> check_source(const source& from) {
    const auto states = read_states(from);
    std::vector<check> checks{check_format(from), check_ticks(states.front().header)};
    for (const runtime_state& state : states) {
        checks.push_back(check_rows(state));
        checks.push_back(check_losses(state));
        checks.push_back(check_loop(state));
    }
    checks.push_back(check_memory(from));
    checks.push_back(check_stacks(from, states));
    return checks;
}

}  // namespace weft::trace_tool
