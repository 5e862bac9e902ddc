// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <vector>

#include "process/source.hpp"

namespace weft::trace_tool {

/// Says on one line each what of a source was not shown.
void tell_what_is_missing(std::ostream& err, const source& from,
                          const std::vector<runtime_state>& states);

}  // namespace weft::trace_tool
