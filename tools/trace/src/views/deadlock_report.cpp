// SPDX-License-Identifier: BSL-1.0

#include "views/deadlock_report.hpp"

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

}  // namespace

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

void print_cycles_json(std::ostream& out, const std::vector<wait_cycle>& cycles,
                       const std::vector<runtime_state>& states) {
    const fiber_names names(states);
    json_list list(out, "deadlocks");
    for (const wait_cycle& cycle : cycles) {
        json edges = json::array();
        for (const wait_edge& edge : cycle) {
            const shown_fiber fiber = names.find(edge.from);
            edges.push_back({{"fiber", edge.from},
                             {"name", text_of(fiber.row->name)},
                             {"waitsFor", edge.to},
                             {"lock", edge.lock == nullptr ? 0 : edge.lock->row.address},
                             {"lockName", edge.lock == nullptr ? "" : edge.lock->name},
                             {"inStateNs", time_in_state(fiber)}});
        }
        list.add(edges);
    }
    list.finish();
}

}  // namespace weft::trace_tool
