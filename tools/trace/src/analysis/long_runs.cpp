// SPDX-License-Identifier: BSL-1.0
#include "analysis/long_runs.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace weft::trace_tool {

namespace {

constexpr std::size_t most_runs = 64;

std::uint64_t length(const long_runs::value_type& of) {
    return of.second.end - of.first;
}

}  // namespace

void long_run_tracker::add_longest(const interval& run) {
    if (run.ticks() <= shortest_) {
        return;
    }
    std::erase_if(made_, [&](const auto& each) { return each.second.fiber == run.fiber; });
    made_.insert_or_assign(run.begin, long_run{.fiber = run.fiber, .end = run.end});
    if (made_.size() > most_runs) {
        forget_shortest();
    }
}

void long_run_tracker::forget_shortest() {
    made_.erase(std::ranges::min_element(made_, {}, length));
    shortest_ = length(*std::ranges::min_element(made_, {}, length));
}

// Runs do not overlap: the last one to begin is also the last one to end.
void long_run_tracker::add_ready(const interval& ready) {
    for (auto run = made_.lower_bound(ready.end); run != made_.begin();) {
        --run;
        if (run->second.end <= ready.begin) {
            return;
        }
        ++run->second.delayed;
        run->second.delay +=
            std::min(run->second.end, ready.end) - std::max(run->first, ready.begin);
    }
}

}  // namespace weft::trace_tool
