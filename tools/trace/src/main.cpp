// SPDX-License-Identifier: BSL-1.0

#include <iostream>
#include <string>
#include <vector>

#include "memory/shrinking.hpp"
#include "tool.hpp"

int main(int argc, char** argv) {
    weft::trace_tool::refuse_shrinking_memory();
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return weft::trace_tool::run(arguments, {std::cout, std::cerr});
}
