// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/tick_scale.hpp"
#include "output/json.hpp"
#include "recording/chunk.hpp"

namespace weft::trace_tool {

/// The word for it; "type N" if this version does not know it.
[[nodiscard]] std::string name_of(trace::event_type type);

/// One thing that an event says.
struct event_member {
    event_member(std::string_view of, std::string said)
        : name(of), value(said), text(std::move(said)) {}
    template <std::integral Number>
    event_member(std::string_view of, Number number)
        : name(of), value(number), text(value.text()) {}

    std::string_view name;
    json value;
    std::string text;
};
using event_members = std::vector<event_member>;

/// What the event says, with its strings and reasons in words.
[[nodiscard]] event_members members_of(const trace::event& shown, const chunk& in,
                                       const tick_scale& scale);

/// The members as they are.
[[nodiscard]] event_members raw_members_of(const trace::event& shown);

[[nodiscard]] json json_of(const event_members& members);

/// `time=1  fiber=2`.
[[nodiscard]] std::string line_of(const event_members& members);

}  // namespace weft::trace_tool
