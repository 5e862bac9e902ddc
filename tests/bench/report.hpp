// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "harness.hpp"

#include <string>
#include <string_view>

namespace weft::bench {

/// Prints the table's heading to stdout.
void print_heading();

/// Prints one finished line to stdout, as a row of the table or as a JSON object.
void print(const result& line, bool json);

/// One line of JSON, without the line break; absent numbers are null.
[[nodiscard]] std::string to_json(const result& line);

/// One row of the table, without the line break.
[[nodiscard]] std::string to_row(const result& line);

/// Replaces the progress line on stderr; silent unless that is a terminal.
void show_progress(std::string_view text);

/// Removes the progress line.
void clear_progress();

}  // namespace weft::bench
