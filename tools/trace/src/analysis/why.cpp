// SPDX-License-Identifier: BSL-1.0
#include "analysis/why.hpp"

#include <algorithm>

namespace weft::trace_tool {

namespace {

std::uint64_t overlap(const interval& of, std::uint64_t begin, std::uint64_t end) {
    const auto from = std::max(of.begin, begin);
    const auto to = std::min(of.end, end);
    return to > from ? to - from : 0;
}

// Runs do not overlap: those of a time are neighbours.
void blame(std::uint64_t begin, std::uint64_t end, const std::vector<interval>& runs,
           std::map<std::uint32_t, std::uint64_t>& behind) {
    auto run =
        std::ranges::lower_bound(runs, begin, {}, [](const interval& each) { return each.end; });
    std::uint64_t explained = 0;
    for (; run != runs.end() && run->begin < end; ++run) {
        const auto part = overlap(*run, begin, end);
        if (part != 0) {
            behind[run->fiber] += part;
            explained += part;
        }
    }
    if (end - begin > explained) {
        behind[0] += end - begin - explained;
    }
}

// From each of the owners that are known, until the next.
void blame_owners(const interval& wait, std::uint64_t begin, std::uint64_t end, const lives& all,
                  std::map<std::uint32_t, std::uint64_t>& held_by) {
    const auto lock = all.lock_owners.find(wait.object);
    if (lock == all.lock_owners.end()) {
        return;
    }
    auto owner = lock->second.upper_bound(begin);
    if (owner != lock->second.begin()) {
        --owner;
    }
    for (; owner != lock->second.end() && owner->first < end; ++owner) {
        const auto next = std::next(owner);
        const auto until = next == lock->second.end() ? end : std::min(end, next->first);
        const auto from = std::max(owner->first, begin);
        if (until > from && owner->second != 0 && owner->second != wait.fiber) {
            held_by[owner->second] += until - from;
        }
    }
}

/// Follows wakes within their waits.
class path_finder {
public:
    explicit path_finder(const lives& all) : all_(all) {}

    void walk(std::uint32_t fiber, std::uint64_t begin, std::uint64_t end, std::size_t depth) {
        const auto life = all_.of.find(fiber);
        if (life == all_.of.end()) {
            return;
        }
        auto each = std::ranges::lower_bound(life->second, begin, {}, &interval::end);
        for (; each != life->second.end() && each->begin < end; ++each) {
            if (overlap(*each, begin, end) != 0 && steps_.size() < most_steps) {
                step(*each, std::max(begin, each->begin), std::min(end, each->end), depth);
            }
        }
    }

    std::vector<path_step> take() { return std::move(steps_); }

private:
    static constexpr std::size_t deepest = 32;
    static constexpr std::size_t most_steps = 100'000;

    // Why a wait that another fiber ended took so long is what that fiber did meanwhile.
    void step(interval what, std::uint64_t begin, std::uint64_t end, std::size_t depth) {
        if (what.what == activity::waiting && what.woken_by != 0 && what.end == end &&
            depth < deepest && all_.of.contains(what.woken_by)) {
            walk(what.woken_by, begin, end, depth + 1);
            return;
        }
        what.begin = begin;
        what.end = end;
        steps_.push_back({what, depth});
    }

    const lives& all_;
    std::vector<path_step> steps_;
};

}  // namespace

std::string kind_of_wait(const std::string& reason) {
    if (reason == "reading" || reason == "writing") {
        return "io";
    }
    if (reason.find("mutex") != std::string::npos) {
        return "lock";
    }
    if (reason == "sleep") {
        return "sleep";
    }
    return reason == "to_thread" ? "worker" : "other";
}

split split_of(const stretch& asked, const summary& in, const lives& all) {
    split made;
    const auto life = all.of.find(asked.fiber);
    if (life == all.of.end()) {
        return made;
    }
    for (const auto& each : life->second) {
        const auto part = overlap(each, asked.begin, asked.end);
        const auto begin = std::max(each.begin, asked.begin);
        if (part == 0) {
            continue;
        }
        switch (each.what) {
            case activity::running: made.running += part; break;
            case activity::unknown: made.unknown += part; break;
            case activity::ready:
                made.ready += part;
                blame(begin, begin + part, all.runs, made.behind);
                break;
            case activity::waiting:
                made.waiting[kind_of_wait(in.reason_name(each.reason))] += part;
                made.by_reason[each.reason] += part;
                blame_owners(each, begin, begin + part, all, made.held_by);
                break;
        }
    }
    return made;
}

std::vector<path_step> critical_path(const stretch& asked, const lives& all) {
    path_finder finder(all);
    finder.walk(asked.fiber, asked.begin, asked.end, 0);
    return finder.take();
}

}  // namespace weft::trace_tool
