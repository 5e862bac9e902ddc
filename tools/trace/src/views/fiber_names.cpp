// SPDX-License-Identifier: BSL-1.0

#include "views/fiber_names.hpp"

#include "output/table.hpp"

namespace weft::trace_tool {

fiber_names::fiber_names(const std::vector<runtime_state>& states) {
    for (const runtime_state& state : states) {
        for (const trace::fiber_row& row : state.fibers) {
            fibers_.insert({row.id, {&row, &state}});
        }
    }
}

shown_fiber fiber_names::find(std::uint64_t id) const {
    const auto found = fibers_.find(id);
    return found == fibers_.end() ? shown_fiber{nullptr, nullptr} : found->second;
}

std::string fiber_names::label(std::uint64_t id) const {
    const shown_fiber fiber = find(id);
    const auto name = fiber.row == nullptr ? std::string() : printable(text_of(fiber.row->name));
    return "#" + std::to_string(id) + (name.empty() ? "" : " \"" + name + "\"");
}

std::string fiber_names::activity(std::uint64_t id) const {
    const shown_fiber fiber = find(id);
    if (fiber.row == nullptr) {
        return "gone";
    }
    const std::string_view reason = reason_of(*fiber.row, *fiber.runtime);
    return std::string(state_of(*fiber.row, *fiber.runtime)) + (reason.empty() ? "" : ", ") +
           printable(reason);
}

}  // namespace weft::trace_tool
