// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <vector>

#include "process/source.hpp"

namespace weft::trace_tool {

/// A line for each process that can be looked at.
void print_processes(std::ostream& out, const std::vector<source>& sources);

/// {"formatVersion":1,"processes":[...]}.
void print_processes_json(std::ostream& out, const std::vector<source>& sources);

}  // namespace weft::trace_tool
