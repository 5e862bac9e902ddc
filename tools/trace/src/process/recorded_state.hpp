// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "recording/chunk.hpp"
#include "state/runtime_state.hpp"

namespace weft::trace_tool {

/// What fibers did at the end of a recording.
///
/// Who was on the processor is not known, and a fiber there counts as ready.
struct recorded_state {
    runtime_state end;
    runtime_state before;  ///< a while before: what has not changed since was all true at once
    std::map<std::uint64_t, std::string> constants;  ///< of the program, by address
    std::map<std::uint32_t, recorded_stack> stacks;  ///< of waits, as far as they were recorded
    std::vector<module> modules;
    std::string note;  ///< of what moment it is, for people
};

/// \throws recording_error  if not even the first chunk can be read.
[[nodiscard]] recorded_state read_recorded_state(const std::filesystem::path& file);

}  // namespace weft::trace_tool
