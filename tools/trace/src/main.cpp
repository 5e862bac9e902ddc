// SPDX-License-Identifier: BSL-1.0

#include "tool.hpp"

#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return weft::trace_tool::run(arguments, {std::cout, std::cerr});
}
