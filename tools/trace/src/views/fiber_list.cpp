// SPDX-License-Identifier: BSL-1.0

#include "views/fiber_list.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "output/json.hpp"
#include "output/table.hpp"

namespace weft::trace_tool {
namespace {

using side = table::side;

json json_of(const shown_fiber& fiber, fiber_text& text) {
    const trace::fiber_row& row = *fiber.row;
    return {
        {"id", row.id},
        {"name", name_of(row)},
        {"state", state_of(row, *fiber.runtime)},
        {"reason", reason_of(row, *fiber.runtime)},
        {"object", text.object(row, *fiber.runtime)},
        {"objectAddress", row.state == trace::row_state::parked ? row.object : 0},
        {"inStateNs", time_in_state(fiber)},
        {"parent", row.parent},
        {"blockedOn", row.blocked_on},
        {"wokenBy", row.woken_by},
        {"waits", row.waits},
        {"span", row.span},
        {"thread", fiber.runtime->header.thread},
        {"spawnFile", text.spawn_file(row)},
        {"spawnLine", row.spawn_line},
        {"spawnFunction", text.spawn_function(row)},
    };
}

std::string text_of(const std::optional<std::uint64_t>& nanoseconds) {
    return nanoseconds ? duration_text(*nanoseconds) : std::string();
}

json json_of(const std::optional<std::uint64_t>& number) {
    return number ? json(*number) : json();
}

void add_columns(std::vector<table::column>& columns, const fiber_details& details) {
    if (!details.uses.empty()) {
        for (const auto* title : {"RAN", "LONGEST-RUN", "WAITS", "STACK"}) {
            columns.push_back({title, side::right});
        }
    }
    if (!details.places.empty()) {
        columns.push_back({"IN"});
    }
}

void add_details(table& rows, const shown_fiber& fiber, const fiber_details& details,
                 std::size_t index) {
    if (!details.uses.empty()) {
        const fiber_use& use = details.uses.at(index);
        rows.add(text_of(use.ran));
        rows.add(text_of(use.longest_run));
        rows.add(fiber.row->waits);
        rows.add(stack_text(use, *fiber.row));
    }
    if (!details.places.empty()) {
        rows.add(details.places.at(index));
    }
}

void add_details(json& shown, const shown_fiber& fiber, const fiber_details& details,
                 std::size_t index) {
    if (!details.uses.empty()) {
        const fiber_use& use = details.uses.at(index);
        shown.add("ranNs", json_of(use.ran));
        shown.add("longestRunNs", json_of(use.longest_run));
        shown.add("stackSize", fiber.row->stack_size);
        shown.add("stackTouched", json_of(use.stack));
    }
    if (!details.places.empty()) {
        shown.add("in", details.places.at(index));
    }
}

/// What makes fibers alike: name, state, reason and place of the spawn.
using group_key = std::tuple<std::string_view, std::string_view, std::string_view, std::string>;

struct group {
    group_key key;
    std::uint64_t count = 0;
    std::uint64_t longest = 0;
};

std::vector<group> group_fibers(const std::vector<shown_fiber>& fibers, fiber_text& text) {
    std::map<group_key, group> groups;
    for (const shown_fiber& fiber : fibers) {
        const group_key key{name_of(*fiber.row), state_of(*fiber.row, *fiber.runtime),
                            reason_of(*fiber.row, *fiber.runtime), text.spawned_at(*fiber.row)};
        group& into = groups[key];
        into.key = key;
        ++into.count;
        into.longest = std::max(into.longest, time_in_state(fiber));
    }
    std::vector<group> sorted;
    for (auto& [key, each] : groups) {
        sorted.push_back(std::move(each));
    }
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const group& a, const group& b) { return a.count > b.count; });
    return sorted;
}

}  // namespace

void print_fibers(std::ostream& out, const std::vector<shown_fiber>& fibers, fiber_text& text,
                  const fiber_details& details) {
    std::vector<table::column> columns{{"ID", side::right},
                                       {"NAME"},
                                       {"STATE"},
                                       {"REASON"},
                                       {"OBJECT"},
                                       {"SINCE", side::right},
                                       {"PARENT", side::right},
                                       {"SPAWNED-AT"}};
    add_columns(columns, details);
    table rows(columns, fibers.size());
    std::size_t index = 0;
    for (const shown_fiber& fiber : fibers) {
        rows.add(fiber.row->id);
        rows.add(name_of(*fiber.row));
        rows.add(state_of(*fiber.row, *fiber.runtime));
        rows.add(reason_of(*fiber.row, *fiber.runtime));
        rows.add(text.object(*fiber.row, *fiber.runtime));
        rows.add(duration_text(time_in_state(fiber)));
        rows.add(fiber.row->parent);
        rows.add(text.spawned_at(*fiber.row));
        add_details(rows, fiber, details, index++);
    }
    rows.print(out);
}

void print_groups(std::ostream& out, const std::vector<shown_fiber>& fibers, fiber_text& text) {
    table rows({{"COUNT", side::right},
                {"NAME"},
                {"STATE"},
                {"REASON"},
                {"LONGEST", side::right},
                {"SPAWNED-AT"}});
    for (const group& each : group_fibers(fibers, text)) {
        rows.add(each.count);
        rows.add(std::get<0>(each.key));
        rows.add(std::get<1>(each.key));
        rows.add(std::get<2>(each.key));
        rows.add(duration_text(each.longest));
        rows.add(std::get<3>(each.key));
    }
    rows.print(out);
}

void print_fibers_json(std::ostream& out, const std::vector<shown_fiber>& fibers, fiber_text& text,
                       const source& from, const fiber_details& details) {
    json_list list(out, "fibers");
    std::size_t index = 0;
    for (const shown_fiber& fiber : fibers) {
        json shown = json_of(fiber, text);
        add_details(shown, fiber, details, index++);
        list.add(shown);
    }
    list.finish({{"process", from.process}, {"program", from.program}});
}

std::vector<std::string> what_is_missing(const std::vector<runtime_state>& states) {
    std::vector<std::string> missing;
    for (const runtime_state& state : states) {
        if (state.loop.live > state.fibers.size() + state.unreadable) {
            missing.push_back(std::to_string(state.loop.live - state.fibers.size()) +
                              " fibers have no row: the table of " +
                              std::to_string(state.header.rows.count) +
                              " is full (trace_options::rows makes it larger)");
        }
        if (state.unreadable != 0) {
            missing.push_back(std::to_string(state.unreadable) +
                              " rows changed whenever they were read");
        }
    }
    return missing;
}

}  // namespace weft::trace_tool
