// SPDX-License-Identifier: BSL-1.0
#include "report/lock_sections.hpp"

#include <algorithm>
#include <string>

#include "analysis/frame_names.hpp"
#include "analysis/lock_findings.hpp"

namespace weft::trace_tool {

namespace {

/// One side of a pair.
struct lock_wait {
    nested_wait by;
    std::uint64_t held;
    std::uint64_t wanted;
};

std::vector<lock_wait> opposed_waits(const summary& in) {
    std::vector<lock_wait> made;
    for (const auto& [first, second, one, other] : opposed_locks_of(in)) {
        made.push_back({one, first, second});
        made.push_back({other, second, first});
    }
    return made;
}

/// Innermost first; none if the recording has no stacks.
std::vector<std::string> functions(const lock_wait& of, const summary& in, frame_names& names) {
    std::vector<std::string> made;
    if (const auto stack = in.stacks.find(of.by.stack); stack != in.stacks.end()) {
        for (const auto& each : names.functions_of(stack->second)) {
            made.push_back(function_and_line(each));
        }
    }
    return made;
}

std::string innermost(const std::vector<std::string>& of) {
    constexpr std::size_t most = 2;
    std::string text;
    for (std::size_t i = 0; i < std::min(most, of.size()); ++i) {
        text += (i == 0 ? "" : ", called by ") + of[i];
    }
    return text;
}

}  // namespace

std::vector<report_section> lock_sections(const summary& in, std::size_t most) {
    auto waits = opposed_waits(in);
    if (waits.empty()) {
        return {};
    }
    const auto all = waits.size();
    waits.resize(std::min(all, most));
    frame_names names(in.modules);
    report_section made{"Locks that fibers took in both orders",
                        all > most
                            ? "the first " + std::to_string(most) + " of " + std::to_string(all)
                            : std::string(),
                        {{"ID", table::side::right}, {"NAME"}, {"WAITED FOR"}, {"HOLDING"}, {"AT"}},
                        {}};
    for (const auto& each : waits) {
        made.rows.push_back({std::to_string(each.by.fiber), in.fiber_name(each.by.fiber),
                             in.object_label(each.wanted, 0), in.object_label(each.held, 0),
                             innermost(functions(each, in, names))});
    }
    return {made};
}

void add_lock_orders(json& to, const summary& in) {
    frame_names names(in.modules);
    json made = json::array();
    for (const auto& each : opposed_waits(in)) {
        json stack = json::array();
        for (const auto& function : functions(each, in, names)) {
            stack.push_back(function);
        }
        made.push_back({{"fiber", each.by.fiber},
                        {"name", in.fiber_name(each.by.fiber)},
                        {"wanted", in.object_label(each.wanted, 0)},
                        {"held", in.object_label(each.held, 0)},
                        {"stack", std::move(stack)}});
    }
    to.add("lockOrders", std::move(made));
}

}  // namespace weft::trace_tool
