// SPDX-License-Identifier: BSL-1.0

#include "views/fiber_selection.hpp"

#include <algorithm>

namespace weft::trace_tool {
namespace {

bool contains(std::string_view text, std::string_view part) noexcept {
    return text.find(part) != std::string_view::npos;
}

bool passes(const fiber_filter& filter, const shown_fiber& fiber) {
    const trace::fiber_row& row = *fiber.row;
    return row.kind != trace::fiber_kind::root &&
           (filter.state.empty() || state_of(row, *fiber.runtime) == filter.state) &&
           (filter.name.empty() || contains(name_of(row), filter.name)) &&
           (filter.wait.empty() || contains(reason_of(row, *fiber.runtime), filter.wait));
}

using order = bool (*)(const shown_fiber& a, const shown_fiber& b);

/// Found once: there may be 100,000 fibers to compare.
order order_by(const std::string& key) {
    if (key == "name") {
        return [](const shown_fiber& a, const shown_fiber& b) {
            return name_of(*a.row) < name_of(*b.row);
        };
    }
    if (key == "since") {
        return [](const shown_fiber& a, const shown_fiber& b) {
            return time_in_state(a) > time_in_state(b);
        };
    }
    if (key == "waits") {
        return
            [](const shown_fiber& a, const shown_fiber& b) { return a.row->waits > b.row->waits; };
    }
    if (key == "age") {
        return [](const shown_fiber& a, const shown_fiber& b) { return a.row->born < b.row->born; };
    }
    return [](const shown_fiber& a, const shown_fiber& b) { return a.row->id < b.row->id; };
}

}  // namespace

std::uint64_t time_in_state(const shown_fiber& fiber) noexcept {
    // A row may be newer than the moment that was taken for now.
    return fiber.runtime->now - std::min(fiber.runtime->now, fiber.row->since);
}

std::vector<shown_fiber> select_fibers(const std::vector<runtime_state>& states,
                                       const fiber_filter& filter) {
    std::vector<shown_fiber> chosen;
    for (const runtime_state& state : states) {
        chosen.reserve(chosen.size() + state.fibers.size());
        for (const trace::fiber_row& row : state.fibers) {
            if (const shown_fiber fiber{&row, &state}; passes(filter, fiber)) {
                chosen.push_back(fiber);
            }
        }
    }
    const order before = order_by(filter.sort);
    if (!std::is_sorted(chosen.begin(), chosen.end(), before)) {  // by id they usually are
        std::stable_sort(chosen.begin(), chosen.end(), before);
    }
    return chosen;
}

}  // namespace weft::trace_tool
