// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "analysis/flame.hpp"

namespace weft::trace_tool {

/// What paths begin with.
enum class flame_owner { fiber, site, span };

/// flame_of() where each path begins with the fiber's name, the place where it was spawned, or the
/// span for which it worked. `wake` is of whom was woken.
///
/// \throws recording_error
std::map<std::string, std::uint64_t> flame_by(flame_owner owner, flame_kind kind,
                                              const std::filesystem::path& file, const summary& in,
                                              frame_names& names);

}  // namespace weft::trace_tool
