// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <unordered_set>

#include "analysis/summary.hpp"

namespace weft::trace_tool {

/// The fibers that a viewer is to show: those that ran longest.
struct exported_fibers {
    std::unordered_set<std::uint32_t> shown;
    std::size_t left_out = 0;
};
exported_fibers choose_fibers(const summary& in, std::size_t most);

/// Streams a recording in the form of the Perfetto viewer: a track for each fiber with slices,
/// arrows from wakers, and how many fibers are ready.
///
/// \throws recording_error
void export_perfetto(std::ostream& out, const std::filesystem::path& file, const summary& in,
                     const exported_fibers& fibers);

/// The same for chrome://tracing, which is older and takes less.
void export_chrome(std::ostream& out, const std::filesystem::path& file, const summary& in,
                   const exported_fibers& fibers);

/// Waiting time by stack, for speedscope.
void export_speedscope(std::ostream& out, const summary& in);

/// Waiting time by stack, a line each.
void export_folded(std::ostream& out, const summary& in);

/// Spans as OpenTelemetry writes traces in JSON: fibers are their attributes. A trace is a span
/// that is in no other, with all that are in it.
void export_otlp(std::ostream& out, const std::filesystem::path& file, const summary& in);

/// Every event as a JSON object, a line each.
void export_lines(std::ostream& out, const std::filesystem::path& file, const summary& in);

/// One page that needs no network.
void export_html(std::ostream& out, const std::filesystem::path& file, const summary& in);

}  // namespace weft::trace_tool
