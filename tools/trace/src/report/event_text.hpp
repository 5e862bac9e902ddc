// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include <string>
#include <string_view>

#include "analysis/tick_scale.hpp"
#include "output/json.hpp"
#include "recording/chunk.hpp"

namespace weft::trace_tool {

/// The word for it; "type N" if this version does not know it.
[[nodiscard]] std::string name_of(trace::event_type type);

/// What the event says, with its strings and reasons in words.
[[nodiscard]] json event_json(const trace::event& shown, const chunk& in, const tick_scale& scale);

/// The members as they are.
[[nodiscard]] json raw_event_json(const trace::event& shown);

}  // namespace weft::trace_tool
