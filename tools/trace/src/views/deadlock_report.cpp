// SPDX-License-Identifier: BSL-1.0

#include "views/deadlock_report.hpp"

#include <algorithm>
#include <utility>

#include "output/json.hpp"
#include "output/table.hpp"
#include "views/fiber_names.hpp"
#include "views/fiber_text.hpp"

namespace weft::trace_tool {
namespace {

std::string wish(const wait_edge& edge, const fiber_names& names) {
    if (edge.lock == nullptr) {
        return "for the end of " + names.label(edge.to);
    }
    return "for " + printable(object_label(*edge.lock, *names.find(edge.from).runtime)) +
           ", which " + names.label(edge.to) + " holds";
}

json edge_json(const wait_edge& edge, const fiber_names& names) {
    const shown_fiber fiber = names.find(edge.from);
    return {{"fiber", edge.from},
            {"name", name_of(*fiber.row)},
            {"waitsFor", edge.to},
            {"lock", edge.lock == nullptr ? 0 : edge.lock->row.address},
            {"lockName", edge.lock == nullptr ? "" : edge.lock->name},
            {"inStateNs", time_in_state(fiber)}};
}

bool is_stuck(const runtime_state& state) {
    return state.loop.doing == trace::phase::waiting && state.loop.running == 0 &&
           state.loop.armed == 0 && !state.fibers.empty();
}

}  // namespace

std::vector<const runtime_state*> stuck_runtimes(const std::vector<runtime_state>& states,
                                                 const std::vector<runtime_state>& later) {
    std::vector<const runtime_state*> stuck;
    for (std::size_t i = 0; i < std::min(states.size(), later.size()); ++i) {
        const auto& [then, now] = std::pair(states[i].loop, later[i].loop);
        if (is_stuck(states[i]) && is_stuck(later[i]) && then.turns == now.turns &&
            then.switches == now.switches) {
            stuck.push_back(&states[i]);
        }
    }
    return stuck;
}

void print_stuck(std::ostream& out, const std::vector<const runtime_state*>& stuck) {
    for (const runtime_state* each : stuck) {
        out << "DEADLOCK of all " << each->fibers.size() << " fibers of thread "
            << each->header.thread
            << "\n  No timer, descriptor, job or handle is left that could wake one of them; only "
               "a "
               "signal handler\n  could, or another thread if they wait in a primitive between "
               "threads.\n";
    }
}

void print_cycles(std::ostream& out, const std::vector<wait_cycle>& cycles,
                  const std::vector<runtime_state>& states) {
    const fiber_names names(states);
    for (const wait_cycle& cycle : cycles) {
        out << "DEADLOCK of " << cycle.size() << (cycle.size() == 1 ? " fiber\n" : " fibers\n");
        for (const wait_edge& edge : cycle) {
            out << "  " << names.label(edge.from) << " waits " << wish(edge, names) << ", since "
                << duration_text(time_in_state(names.find(edge.from))) << '\n';
        }
    }
    if (cycles.empty()) {
        out << "No fibers wait for one another in a ring.\n";
    }
}

void print_left_locked(std::ostream& out, const std::vector<wait_edge>& waits,
                       const std::vector<runtime_state>& states) {
    const fiber_names names(states);
    for (const wait_edge& each : waits) {
        out << "LEFT LOCKED: " << names.label(each.from) << " waits " << wish(each, names)
            << " although it has ended, since "
            << duration_text(time_in_state(names.find(each.from))) << '\n';
    }
}

void print_cycles_json(std::ostream& out, const std::vector<wait_cycle>& cycles,
                       const std::vector<runtime_state>& states,
                       const std::vector<const runtime_state*>& stuck,
                       const std::vector<wait_edge>& left_locked) {
    const fiber_names names(states);
    json_list list(out, "deadlocks");
    for (const wait_cycle& cycle : cycles) {
        json edges = json::array();
        for (const wait_edge& edge : cycle) {
            edges.push_back(edge_json(edge, names));
        }
        list.add(edges);
    }
    json all_stuck = json::array();
    for (const runtime_state* each : stuck) {
        all_stuck.push_back({{"thread", each->header.thread}, {"fibers", each->fibers.size()}});
    }
    json all_left = json::array();
    for (const wait_edge& each : left_locked) {
        all_left.push_back(edge_json(each, names));
    }
    list.finish({{"stuck", all_stuck}, {"leftLocked", all_left}});
}

}  // namespace weft::trace_tool
