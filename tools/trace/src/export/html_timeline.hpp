// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>

#include "analysis/summary.hpp"
#include "output/json.hpp"

namespace weft::trace_tool {

/// What the timeline of a page shows. Its size is bounded, whatever the number of events: of the
/// fibers that ran longest the shares of time in a thousand buckets, and the longest intervals.
json timeline_json(const std::filesystem::path& file, const summary& in);

}  // namespace weft::trace_tool
