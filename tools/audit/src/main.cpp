// SPDX-License-Identifier: BSL-1.0

#include <iostream>
#include <string>
#include <vector>

#include "tool.hpp"

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return weft::audit::run(arguments, std::cout, std::cerr);
}
