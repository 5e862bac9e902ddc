// SPDX-License-Identifier: BSL-1.0
#include "paired_windows.hpp"

#include "harness.hpp"

#include <vector>

namespace weft::bench {

double paired_ratio(const short_window& plain, const short_window& changed, std::size_t pairs) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < pairs; ++i) {
        const bool plain_first = i % 2 == 0;
        const double first = (plain_first ? plain : changed)();
        const double second = (plain_first ? changed : plain)();
        ratios.push_back(plain_first ? second / first : first / second);
    }
    return spread_of(ratios).median;
}

}  // namespace weft::bench
