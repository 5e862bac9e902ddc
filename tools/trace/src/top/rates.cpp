// SPDX-License-Identifier: BSL-1.0

#include "top/rates.hpp"

#include <utility>

namespace weft::trace_tool {

void rates::look_at(const std::vector<runtime_state>& states) {
    before_ = std::exchange(now_, {});
    for (const runtime_state& state : states) {
        now_.time = state.now;
        now_.loops.push_back(state.loop);
        for (const trace::fiber_row& row : state.fibers) {
            now_.waits.emplace(row.id, row.waits);
        }
    }
}

/// A count that has become smaller is of another fiber, or a lie.
double rates::per_second(std::uint64_t before, std::uint64_t after) const noexcept {
    constexpr double second = 1e9;
    if (before_.loops.empty() || now_.time <= before_.time || after < before) {
        return 0;
    }
    return static_cast<double>(after - before) * second /
           static_cast<double>(now_.time - before_.time);
}

double rates::waits(const trace::fiber_row& row) const {
    const auto before = before_.waits.find(row.id);
    return per_second(before == before_.waits.end() ? 0 : before->second, row.waits);
}

rates::of_loop rates::loop(std::size_t index) const {
    if (index >= before_.loops.size() || index >= now_.loops.size()) {
        return {};
    }
    const trace::loop& before = before_.loops[index];
    const trace::loop& now = now_.loops[index];
    return {per_second(before.switches, now.switches), per_second(before.turns, now.turns)};
}

}  // namespace weft::trace_tool
