// SPDX-License-Identifier: BSL-1.0

#include "state/wait_graph.hpp"

#include <algorithm>

namespace weft::trace_tool {
namespace {

using versions = std::unordered_map<std::uint64_t, std::uint32_t>;  // by fiber

versions versions_of(const std::vector<runtime_state>& states) {
    versions found;
    for (const runtime_state& state : states) {
        for (const trace::fiber_row& row : state.fibers) {
            found.emplace(row.id, row.version);
        }
    }
    return found;
}

}  // namespace

wait_graph::wait_graph(const std::vector<runtime_state>& states) {
    for (const runtime_state& state : states) {
        add_edges(state);
    }
    std::vector<std::uint64_t> fibers;
    for (const auto& [fiber, edge] : edges_) {
        fibers.push_back(fiber);
    }
    std::sort(fibers.begin(), fibers.end());
    std::unordered_set<std::uint64_t> visited;
    for (const std::uint64_t fiber : fibers) {
        find_cycle_from(fiber, visited);
    }
}

void wait_graph::add_edges(const runtime_state& state) {
    std::unordered_map<std::uint64_t, const object_state*> locks;
    for (const object_state& object : state.objects) {
        if (object.row.kind == trace::object_kind::lock && object.row.waiters != 0 &&
            object.row.owner != 0) {
            locks.emplace(object.row.address, &object);
        }
    }
    for (const trace::fiber_row& row : state.fibers) {
        if (row.state != trace::row_state::parked || row.kind == trace::fiber_kind::root) {
            continue;
        }
        const auto lock = row.object == 0 ? locks.end() : locks.find(row.object);
        if (lock != locks.end()) {
            edges_.insert({row.id, {row.id, lock->second->row.owner, lock->second}});
        } else if (row.blocked_on != 0 && reason_of(row, state) == "join") {
            edges_.insert({row.id, {row.id, row.blocked_on, nullptr}});
        }
    }
}

const wait_edge* wait_graph::edge_of(std::uint64_t fiber) const {
    const auto found = edges_.find(fiber);
    return found == edges_.end() ? nullptr : &found->second;
}

/// Each fiber waits for one other at most, so a walk ends, or comes to a fiber that was visited; if
/// that was on this walk, the walk has closed a ring.
void wait_graph::find_cycle_from(std::uint64_t start, std::unordered_set<std::uint64_t>& visited) {
    std::vector<wait_edge> path;
    const wait_edge* edge = edge_of(start);
    while (edge != nullptr && visited.insert(edge->from).second) {
        path.push_back(*edge);
        edge = edge_of(edge->to);
    }
    const auto again = std::find_if(path.begin(), path.end(), [&](const wait_edge& each) {
        return edge != nullptr && each.from == edge->from;
    });
    if (again == path.end()) {
        return;
    }
    wait_cycle cycle(again, path.end());
    const auto lowest =
        std::min_element(cycle.begin(), cycle.end(),
                         [](const wait_edge& a, const wait_edge& b) { return a.from < b.from; });
    std::rotate(cycle.begin(), lowest, cycle.end());
    for (const wait_edge& each : cycle) {
        in_cycle_.insert(each.from);
    }
    cycles_.push_back(std::move(cycle));
}

namespace {

/// Knows whether a wait of the first reading went on at the second.
class second_look {
public:
    second_look(const std::vector<runtime_state>& then, const std::vector<runtime_state>& after)
        : old_(versions_of(then)), now_(versions_of(after)), still_(after) {}

    [[nodiscard]] bool finds(const wait_edge& edge) const {
        const auto found = now_.find(edge.from);
        const wait_edge* same = still_.edge_of(edge.from);
        return found != now_.end() && found->second == old_.at(edge.from) && same != nullptr &&
               same->to == edge.to;
    }

private:
    versions old_;
    versions now_;
    wait_graph still_;
};

bool shows_all(const runtime_state& state) {
    return state.loop.without_row == 0 && state.unreadable == 0;
}

std::unordered_set<std::uint64_t> living(const std::vector<runtime_state>& states) {
    std::unordered_set<std::uint64_t> found;
    for (const runtime_state& state : states) {
        for (const trace::fiber_row& row : state.fibers) {
            if (row.state != trace::row_state::finished) {
                found.insert(row.id);
            }
        }
    }
    return found;
}

}  // namespace

std::vector<wait_cycle> confirmed_cycles(const wait_graph& before,
                                         const std::vector<runtime_state>& then,
                                         const std::vector<runtime_state>& after) {
    const second_look again(then, after);
    std::vector<wait_cycle> confirmed = before.cycles();
    std::erase_if(confirmed, [&](const wait_cycle& cycle) {
        return !std::ranges::all_of(cycle,
                                    [&](const wait_edge& edge) { return again.finds(edge); });
    });
    return confirmed;
}

// A holder that was born between the reading of the fibers and that of the locks is in the second.
std::vector<wait_edge> waits_for_the_dead(const wait_graph& before,
                                          const std::vector<runtime_state>& then,
                                          const std::vector<runtime_state>& after) {
    std::vector<wait_edge> found;
    if (!std::ranges::all_of(after, shows_all)) {
        return found;
    }
    const second_look again(then, after);
    const auto alive = living(after);
    for (const auto& [fiber, edge] : before.edges()) {
        if (edge.lock != nullptr && !alive.contains(edge.to) && again.finds(edge)) {
            found.push_back(edge);
        }
    }
    std::ranges::sort(found, {}, &wait_edge::from);
    return found;
}

}  // namespace weft::trace_tool
