// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/child_process.hpp"

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace weft::test {

/// Starts fetch with these arguments.
inline child_process start_fetch(std::vector<std::string> arguments,
                                 const child_options& options = {}) {
    arguments.insert(arguments.begin(), WEFT_PROGRAMS "/fetch");
    return child_process(std::move(arguments), options);
}

/// The lines of a text.
inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// The value of a member in a line that fetch --json has printed; quotes are dropped. Empty if
/// there is no such member.
inline std::string json_value(const std::string& line, const std::string& name) {
    const auto key = "\"" + name + "\": ";
    const auto at = line.find(key);
    if (at == std::string::npos) {
        return {};
    }
    const auto begin = at + key.size();
    return line[begin] == '"' ? line.substr(begin + 1, line.find('"', begin + 1) - begin - 1)
                              : line.substr(begin, line.find_first_of(",}", begin) - begin);
}

}  // namespace weft::test
