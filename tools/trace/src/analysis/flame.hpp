// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "analysis/frame_names.hpp"
#include "analysis/summary.hpp"

namespace weft::trace_tool {

enum class flame_kind { wait, run, ready, wake, cpu };

/// Time by call chain, for a flame graph: frames joined by semicolons, outermost first, with ns;
/// for `wake`, how often.
///
/// cpu: the stacks that were sampled. wait: the stack of each wait, and what it waited for. run and
/// ready: by fiber, below where it was spawned. wake: who woke whom.
///
std::map<std::string, std::uint64_t> flame_of(flame_kind kind, const summary& in,
                                              frame_names& names);

/// A name without what stands between frames.
[[nodiscard]] std::string flame_frame(std::string name);

/// The functions of a sample, and of a wait with its reason, joined.
[[nodiscard]] std::string sample_path(std::uint32_t stack, const summary& in, frame_names& names);
[[nodiscard]] std::string wait_path(const wait_place& place, const summary& in, frame_names& names);

}  // namespace weft::trace_tool
