// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <vector>

#include "analysis/why.hpp"
#include "output/json.hpp"

namespace weft::trace_tool {

void print_why(std::ostream& out, const stretch& asked, const split& parts,
               const std::vector<path_step>& path, const summary& in, frame_names& names);

json why_json(const stretch& asked, const split& parts, const std::vector<path_step>& path,
              const summary& in, frame_names& names);

}  // namespace weft::trace_tool
