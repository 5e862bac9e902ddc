// SPDX-License-Identifier: BSL-1.0
#include "fetch/options.hpp"

#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace weft::fuzz {

// Each line is an argument.
void fetch_options(std::string_view input) {
    std::vector<std::string> arguments;
    while (!input.empty()) {
        const auto line = input.substr(0, input.find('\n'));
        arguments.emplace_back(line);
        input.remove_prefix(std::min(input.size(), line.size() + 1));
    }
    if (std::ranges::find(arguments, "--cacert") != arguments.end()) {
        return;  // opens whatever file comes next, such as a terminal or an endless device
    }
    try {
        const auto chosen = fetch::parse_options(arguments);
        require(chosen.concurrency >= 1 && chosen.concurrency <= 10'000, "concurrency is in range");
        require(chosen.timeout.count() > 0, "the timeout is positive");
        require(chosen.repeat >= 1 && chosen.repeat <= 1'000'000, "repeat is in range");
        require(chosen.urls.size() <= arguments.size(), "each URL was asked for");
    } catch (const fetch::usage_fault& fault) {
        require(!std::string_view(fault.what()).empty(), "a complaint says something");
    }
}

}  // namespace weft::fuzz
