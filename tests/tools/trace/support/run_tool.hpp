// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "tool.hpp"

namespace weft::test {

/// What a run of the tool left.
struct tool_result {
    int code;
    std::string out;
    std::string err;
};

/// Runs the tool inside the test.
inline tool_result run_tool(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = trace_tool::run(arguments, {out, err});
    return {code, out.str(), err.str()};
}

}  // namespace weft::test
