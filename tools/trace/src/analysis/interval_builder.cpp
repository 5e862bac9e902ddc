// SPDX-License-Identifier: BSL-1.0
#include "analysis/interval_builder.hpp"

#include <algorithm>

namespace weft::trace_tool {

void interval_builder::begin(std::uint64_t time, const std::vector<trace::fiber_row>& rows) {
    began_ = last_time_ = time;
    for (const auto& row : rows) {
        interval now{.fiber = static_cast<std::uint32_t>(row.id), .cut = true, .begin = time};
        if (row.state == trace::row_state::parked) {
            now.what = activity::waiting;
            now.reason = row.reason;
            now.object = row.object;
            now.stack = row.wait_stack;
        } else if (row.state == trace::row_state::finished) {
            continue;
        }
        lives_.insert_or_assign(now.fiber, life{now, gaps_.size()});
    }
}

void interval_builder::add(const trace::event& next) {
    if (gap_before_next_) {
        gaps_.push_back({last_time_, std::max(last_time_, next.time)});
        gap_before_next_ = false;
    }
    last_time_ = std::max(last_time_, next.time);
    switch (next.type) {
        case trace::event_type::spawned:
            // Whatever is known of this number was of a fiber that is gone, or of a later moment.
            lives_.insert_or_assign(next.fiber, life{{.fiber = next.fiber}, gaps_.size()});
            open(lives_.at(next.fiber), activity::ready, next.time);
            break;
        case trace::event_type::switched: on_switch(next); break;
        case trace::event_type::woken: on_wake(next); break;
        default: break;
    }
}

void interval_builder::add_gap() {
    gap_before_next_ = true;
}

void interval_builder::on_switch(const trace::event& next) {
    if (next.fiber != 0) {
        leave(next);
    }
    if (next.x != 0) {
        auto& entered = at(next.x, next.time);
        close(entered, next.time);
        open(entered, activity::running, next.time);
    }
}

// A fiber gives way.
void interval_builder::leave(const trace::event& next) {
    auto& left = at(next.fiber, next.time);
    if (left.now.what == activity::unknown) {
        left.now.what = activity::running;  // it must have been
    }
    close(left, next.time);
    if (next.sub == trace::leave_finished) {
        lives_.erase(next.fiber);
        return;
    }
    const bool waits = next.sub != trace::leave_yielded && next.sub != trace::leave_idle;
    open(left, waits ? activity::waiting : activity::ready, next.time);
    if (waits) {
        left.now.reason = next.sub;
        left.now.object = next.object;
        left.now.stack = next.stack;
    }
}

// A fiber that waited without ever leaving the processor, because nothing else was ready, is woken
// while it runs.
void interval_builder::on_wake(const trace::event& next) {
    auto& woken = at(next.fiber, next.time);
    if (woken.now.what == activity::running || woken.now.what == activity::ready) {
        return;
    }
    if (woken.now.what == activity::unknown) {
        woken.now.what = activity::waiting;
        woken.now.reason = next.sub;
        woken.now.object = next.object;
    }
    woken.now.woken_by = next.x;
    close(woken, next.time);
    open(woken, activity::ready, next.time);
    woken.now.reason = next.sub;
    woken.now.woken_by = next.x;
}

// What the fiber does, as far as known: since the begin, for one that is seen for the first time.
interval_builder::life& interval_builder::at(std::uint32_t fiber, std::uint64_t time) {
    const auto [found, added] = lives_.try_emplace(fiber);
    auto& of = found->second;
    if (added) {
        of.now = {.fiber = fiber, .cut = true, .begin = gaps_.empty() ? time : gaps_.back().end};
        of.gaps = gaps_.size();
    }
    cross_gaps(of);
    return of;
}

void interval_builder::cross_gaps(life& of) {
    if (of.gaps == gaps_.size()) {
        return;
    }
    const auto crossed = gaps_[of.gaps];
    of.gaps = gaps_.size();
    of.now.cut = true;
    const auto fiber = of.now.fiber;
    if (of.now.begin < crossed.begin) {
        of.now.end = crossed.begin;
        take_(of.now);
    }
    of.now = {.fiber = fiber, .cut = true, .begin = std::max(of.now.begin, crossed.begin)};
    of.now.end = gaps_.back().end;
    if (of.now.end > of.now.begin) {
        take_(of.now);
    }
    of.now.begin = of.now.end;
}

void interval_builder::close(life& of, std::uint64_t time) {
    of.now.end = std::max(of.now.begin, time);
    // A wait may be shorter than a tick; a part of one that has no length says nothing.
    if (of.now.end > of.now.begin || (of.now.what == activity::waiting && !of.now.cut)) {
        take_(of.now);
    }
}

void interval_builder::open(life& of, activity what, std::uint64_t time) {
    of.now = {.fiber = of.now.fiber, .what = what, .begin = time};
}

void interval_builder::finish(std::uint64_t time) {
    std::vector<std::uint32_t> fibers;
    for (auto& [fiber, of] : lives_) {
        fibers.push_back(fiber);
    }
    std::ranges::sort(fibers);
    for (const auto fiber : fibers) {
        auto& of = at(fiber, time);
        of.now.cut = true;
        close(of, time);
    }
    lives_.clear();
}

}  // namespace weft::trace_tool
