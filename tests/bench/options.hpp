// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weft::bench {

/// What the command line asked for.
struct options {
    std::vector<std::string> names;  ///< benchmarks to run, in this order; empty: all of them
    int rounds = 5;                  ///< how often each side of a comparison is measured, >= 1
    bool json = false;               ///< one JSON object per line instead of the table
    bool quick = false;              ///< tiny sizes that only show that the program works
    bool help = false;               ///< print the usage and do nothing else
};

/// A command line that makes no sense; what() names the argument and says why.
class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads the arguments after the program's name.
///
/// \param known  the benchmark names that exist.
/// \throws usage_error  for an unknown name or option and for a bad number.
[[nodiscard]] options parse_options(std::span<const char* const> arguments,
                                    std::span<const std::string_view> known);

/// The text that --help prints.
[[nodiscard]] std::string_view usage();

}  // namespace weft::bench
