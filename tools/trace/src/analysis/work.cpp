// SPDX-License-Identifier: BSL-1.0
#include "analysis/work.hpp"

#include <algorithm>

namespace weft::trace_tool {

std::string_view name_of_work(std::uint8_t kind) noexcept {
    switch (static_cast<trace::work_kind>(kind)) {
        case trace::work_kind::dns: return "dns";
        case trace::work_kind::tls: return "tls";
    }
    return {};
}

void work_tracker::add(const trace::event& next, const chunk& in) {
    // Between two recordings in the same ring nothing was written.
    if (next.type == trace::event_type::started) {
        add_gap();
    }
    if (gap_before_next_) {
        known_since_ = next.time;
        gap_before_next_ = false;
    }
    last_time_ = std::max(last_time_, next.time);
    if (next.type == trace::event_type::work_began) {
        begin(next, in);
    } else if (next.type == trace::event_type::work_ended) {
        end(next);
    }
}

void work_tracker::begin(const trace::event& next, const chunk& in) {
    if (open_.size() >= most_open) {
        return;
    }
    const auto about = in.strings.find(next.x);
    work begun{.fiber = next.fiber, .kind = next.sub, .begin = next.time};
    if (about != in.strings.end()) {
        begun.about = about->second;
    }
    open_[next.object] = {std::move(begun)};
}

void work_tracker::end(const trace::event& next) {
    work ended{.fiber = next.fiber, .kind = next.sub, .cut = true, .begin = known_since_};
    if (auto begun = open_.extract(next.object)) {
        ended = std::move(begun.mapped().what);
        ended.cut = false;
    }
    ended.end = next.time;
    ended.failure = next.x;
    ended.count = next.stack;
    ended.remembered = (next.aux & trace::work_was_remembered) != 0;
    take_(ended);
}

void work_tracker::add_gap() {
    gap_before_next_ = true;
    for (auto& [number, open] : open_) {
        if (!open.unsure) {
            open.unsure = true;
            open.what.end = last_time_;
        }
    }
}

void work_tracker::finish() {
    for (auto& [number, open] : open_) {
        open.what.cut = true;
        if (!open.unsure) {
            open.what.end = static_cast<std::uint64_t>(-1);
        }
        take_(open.what);
    }
    open_.clear();
}

void nested_works::sort() {
    std::ranges::sort(all_, [](const entry& left, const entry& right) {
        return left.what.begin != right.what.begin ? left.what.begin < right.what.begin
                                                   : left.what.end > right.what.end;
    });
    std::size_t around = none;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        while (around != none && all_[around].what.end <= all_[i].what.begin) {
            around = all_[around].outer;
        }
        all_[i].outer = around;
        around = i;
    }
}

const work* nested_works::at(std::uint64_t time) const noexcept {
    const auto after =
        std::ranges::upper_bound(all_, time, {}, [](const entry& each) { return each.what.begin; });
    auto found = static_cast<std::size_t>(after - all_.begin());
    found = found == 0 ? none : found - 1;
    while (found != none && all_[found].what.end <= time) {
        found = all_[found].outer;
    }
    return found == none ? nullptr : &all_[found].what;
}

}  // namespace weft::trace_tool
