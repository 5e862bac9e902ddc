// SPDX-License-Identifier: BSL-1.0
#include "analysis/span_tracker.hpp"

#include <algorithm>
#include <utility>

namespace weft::trace_tool {

void span_tracker::add(const chunk& read) {
    if (!std::exchange(first_, false)) {
        return;
    }
    for (const auto& row : read.rows) {
        if (row.span != 0) {
            at(static_cast<std::uint32_t>(row.id)).base = not_known;
        }
    }
}

void span_tracker::add(const trace::event& next, const chunk& in) {
    switch (next.type) {
        case trace::event_type::spawned: {
            // It works for what its parent works for.
            auto inherited = of(static_cast<std::uint32_t>(next.object));
            fibers_.insert_or_assign(next.fiber, fiber_spans{std::move(inherited), {}, {}});
            break;
        }
        case trace::event_type::span_began: {
            change_at(next.time, next.fiber);
            auto& open = at(next.fiber).open;
            const auto name = in.strings.find(next.x);
            if (open.size() < most_nested) {
                open.push_back({next.object, name == in.strings.end() ? "" : name->second});
            }
            break;
        }
        case trace::event_type::span_ended: end(next); break;
        case trace::event_type::switched:
            if (next.sub == trace::leave_finished) {
                fibers_.erase(next.fiber);
            }
            break;
        case trace::event_type::started:
            if (!fibers_.empty()) {
                add_gap();
            }
            break;
        default: break;
    }
}

void span_tracker::end(const trace::event& next) {
    change_at(next.time, next.fiber);
    auto& spans = at(next.fiber);
    const auto ended = std::ranges::find(spans.open, next.object, &open_span::number);
    if (ended == spans.open.end()) {
        spans.base = not_known;  // of one that began before; what is around it, if anything, too
    }
    spans.open.erase(ended, spans.open.end());
}

void span_tracker::add_gap() {
    unseen_ = not_known;
    for (auto& [fiber, spans] : fibers_) {
        spans = {not_known, {}, {}};
    }
}

const std::string& span_tracker::of(std::uint32_t fiber) const {
    const auto known = fibers_.find(fiber);
    if (known == fibers_.end()) {
        return unseen_;
    }
    const auto& spans = known->second;
    return spans.open.empty() ? spans.base : spans.open.back().name;
}

std::vector<span_tracker::piece> span_tracker::split(const interval& done) {
    std::vector<piece> pieces;
    auto begin = done.begin;
    const auto known = fibers_.find(done.fiber);
    if (known != fibers_.end()) {
        for (auto& each : std::exchange(known->second.changes, {})) {
            const auto until = std::clamp(each.time, begin, std::max(begin, done.end));
            pieces.push_back({std::move(each.before), until - begin});
            begin = until;
        }
    }
    pieces.push_back({of(done.fiber), done.end > begin ? done.end - begin : 0});
    return pieces;
}

span_tracker::fiber_spans& span_tracker::at(std::uint32_t fiber) {
    return fibers_.try_emplace(fiber, fiber_spans{unseen_, {}, {}}).first->second;
}

void span_tracker::change_at(std::uint64_t time, std::uint32_t fiber) {
    auto before = of(fiber);
    if (auto& changes = at(fiber).changes; changes.size() < most_changes) {
        changes.push_back({time, std::move(before)});
    }
}

}  // namespace weft::trace_tool
