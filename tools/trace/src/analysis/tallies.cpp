// SPDX-License-Identifier: BSL-1.0
#include "analysis/tallies.hpp"

namespace weft::trace_tool {

namespace {

constexpr std::size_t most_work_names = 10'000;  // then those that come first are kept
constexpr std::size_t most_vain = 100'000;       // as well

template <class Map>
bool has_room(const Map& in, const typename Map::key_type& key, std::size_t most) {
    return in.size() < most || in.contains(key);
}

}  // namespace

void latest_wakes::add(const trace::event& woken) {
    auto& [last, before] = of_[woken.fiber];
    before = last;
    last = {woken.object, woken.x};
}

std::uint32_t latest_wakes::waker(std::uint32_t fiber, std::uint64_t object) const {
    const auto known = of_.find(fiber);
    if (known == of_.end()) {
        return 0;
    }
    for (const auto& each : known->second) {
        if (each.object == object) {
            return each.by;
        }
    }
    return 0;
}

void tally_taker::add(const trace::event& next, const chunk& in) {
    constexpr std::uint64_t microsecond = 1000;  // ns
    works_.add(next, in);
    switch (next.type) {
        case trace::event_type::woken: wakes_.add(next); break;
        case trace::event_type::woken_in_vain: add_vain(next); break;
        case trace::event_type::work_moved: {
            auto& moved = made_.moved[next.sub];
            (next.aux != 0 ? moved.sent : moved.received) += next.x;
            ++moved.pieces;
            break;
        }
        case trace::event_type::timer_armed: ++made_.timers.armed; break;
        case trace::event_type::timer_disarmed: ++made_.timers.disarmed; break;
        case trace::event_type::timer_expired: made_.timers.late.add(next.x * microsecond); break;
        default: break;
    }
}

void tally_taker::add_work(const work& ended) {
    const std::pair key(ended.kind, ended.about);
    if (ended.cut || !has_room(made_.works, key, most_work_names)) {
        return;
    }
    auto& of = made_.works[key];
    of.took.add(ended.end - ended.begin);
    of.failed += ended.failure != 0 ? 1 : 0;
    of.remembered += ended.remembered ? 1 : 0;
}

void tally_taker::add_vain(const trace::event& next) {
    const std::pair key(next.fiber, next.object);
    if (has_room(made_.vain, key, most_vain)) {
        auto& of = made_.vain[key];
        of.reason = next.sub;
        ++of.count;
        ++of.by[wakes_.waker(next.fiber, next.object)];
    }
}

}  // namespace weft::trace_tool
