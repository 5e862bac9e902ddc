// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "analysis/findings.hpp"
#include "output/json.hpp"

namespace weft::trace_tool {

/// One number of two recordings.
struct changed_number {
    std::string name;
    std::uint64_t before;
    std::uint64_t after;
};

/// Where the second recording has fibers that wait, and the first has none.
struct new_wait {
    std::string path;  ///< functions, outermost first, then the reason
    std::uint64_t nanoseconds;
};

struct comparison {
    std::vector<changed_number> waits;  ///< p50 and p99 of each reason, of ready and running: ns
    std::vector<changed_number> sites;  ///< time on the processor by place of spawning: ns
    std::vector<changed_number> spans;  ///< p50 and p99 by name: ns
    std::vector<new_wait> new_waits;    ///< the longest first; of recordings with stacks
    std::vector<finding> new_findings;  ///< of kinds that the first recording has not
    std::vector<std::string> problems;  ///< with the names of functions
};

comparison compare(const summary& before, const summary& after);

void print_comparison(std::ostream& out, const comparison& shown);
json comparison_json(const comparison& shown);

}  // namespace weft::trace_tool
