// SPDX-License-Identifier: BSL-1.0

#include "views/fiber_tree.hpp"

#include <algorithm>
#include <map>

#include "output/table.hpp"

namespace weft::trace_tool {
namespace {

constexpr std::size_t deepest_indent = 40;  // levels; those below stand one under the other

using children_of = std::map<std::uint64_t, std::vector<shown_fiber>>;

/// Fibers by their parents; by 0 those whose parent has no row, or is not older. A fiber is younger
/// than its parent, so that the tree has no rings whatever the memory says.
children_of find_children(const std::vector<runtime_state>& states, const fiber_names& names) {
    children_of children;
    for (const shown_fiber& fiber : select_fibers(states, {})) {
        const std::uint64_t parent = fiber.row->parent;
        const shown_fiber found = names.find(parent);
        const bool known = parent < fiber.row->id && found.row != nullptr &&
                           found.row->kind != trace::fiber_kind::root;
        children[known ? parent : 0].push_back(fiber);
    }
    return children;
}

std::string line_of(const shown_fiber& fiber, const wait_graph& graph, const fiber_names& names,
                    fiber_text& text) {
    const std::uint64_t id = fiber.row->id;
    std::string line = names.label(id) + " " + names.activity(id);
    const std::string object = printable(text.object(*fiber.row, *fiber.runtime));
    line += object.empty() ? "" : ", " + object;
    line += ", " + duration_text(time_in_state(fiber));
    if (const wait_edge* edge = graph.edge_of(id)) {
        line += "  -> " + names.label(edge->to);
    }
    return line + (graph.in_cycle(id) ? "  ** in a ring of waits" : "");
}

/// What is still to be printed, the next one last.
struct pending {
    shown_fiber fiber;
    std::size_t depth;
};

/// Takes the children out, so that each is printed once even if rows have the same number.
void push_children(std::vector<pending>& onto, children_of& children, std::uint64_t parent,
                   std::size_t depth) {
    const auto found = children.extract(parent);
    if (found.empty()) {
        return;
    }
    const auto& taken = found.mapped();
    for (auto child = taken.rbegin(); child != taken.rend(); ++child) {
        onto.push_back({*child, depth});
    }
}

}  // namespace

void print_tree(std::ostream& out, const std::vector<runtime_state>& states, fiber_text& text) {
    const fiber_names names(states);
    const wait_graph graph(states);
    children_of children = find_children(states, names);
    std::vector<pending> stack;
    push_children(stack, children, 0, 0);
    while (!stack.empty()) {
        const pending next = stack.back();
        stack.pop_back();
        out << std::string(2 * std::min(next.depth, deepest_indent), ' ')
            << line_of(next.fiber, graph, names, text) << '\n';
        push_children(stack, children, next.fiber.row->id, next.depth + 1);
    }
}

void print_tree_json(std::ostream& out, const std::vector<runtime_state>& states) {
    const fiber_names names(states);
    const wait_graph graph(states);
    const children_of children = find_children(states, names);
    json_list list(out, "fibers");
    for (const shown_fiber& fiber : select_fibers(states, {})) {
        const std::uint64_t id = fiber.row->id;
        json ids = json::array();
        if (const auto found = children.find(id); found != children.end()) {
            for (const shown_fiber& child : found->second) {
                ids.push_back(child.row->id);
            }
        }
        const wait_edge* edge = graph.edge_of(id);
        list.add({{"id", id},
                  {"name", name_of(*fiber.row)},
                  {"parent", fiber.row->parent},
                  {"children", ids},
                  {"waitsFor", edge == nullptr ? 0 : edge->to},
                  {"inCycle", graph.in_cycle(id)}});
    }
    list.finish();
}

}  // namespace weft::trace_tool
