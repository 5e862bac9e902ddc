// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft::run_tool {

/// A reason not to start the program, in one line.
class refusal : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What the command line says.
struct options {
    std::size_t stack_size = std::size_t{8} << 20;
    bool threads_as_fibers = false;
    bool report = false;
    std::size_t thread_stack_size = std::size_t{256} << 10;
    bool help = false;
    std::vector<std::string> command;
};

/// \throws refusal  naming the argument that is wrong.
[[nodiscard]] options parse(const std::vector<std::string>& arguments);

/// What --help prints.
[[nodiscard]] const char* help_text() noexcept;

}  // namespace weft::run_tool
