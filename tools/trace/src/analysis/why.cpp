// SPDX-License-Identifier: BSL-1.0
#include "analysis/why.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

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

// What a fiber did in a stretch of time, in a word each.
void add_deeds(std::uint32_t fiber, std::uint64_t begin, std::uint64_t end, const summary& in,
               const lives& all, std::map<std::string, std::uint64_t>& deeds) {
    const auto life = all.of.find(fiber);
    if (life == all.of.end()) {
        return;
    }
    auto each = std::ranges::lower_bound(life->second, begin, {}, &interval::end);
    for (; each != life->second.end() && each->begin < end; ++each) {
        const auto part = overlap(*each, begin, end);
        if (part != 0) {
            deeds[each->what == activity::running   ? "run"
                  : each->what == activity::ready   ? "ready"
                  : each->what == activity::waiting ? in.reason_name(each->reason)
                                                    : "unknown"] += part;
        }
    }
}

/// Adds up where the time of one stretch went.
class splitter {
public:
    splitter(const summary& in, const lives& all, frame_names& names)
        : in_(in), all_(all), names_(names) {}

    void add(const interval& each, std::uint64_t begin, std::uint64_t end) {
        switch (each.what) {
            case activity::running: made.running += end - begin; break;
            case activity::unknown: made.unknown += end - begin; break;
            case activity::ready:
                made.ready += end - begin;
                blame(begin, end, all_.runs, made.behind);
                break;
            case activity::waiting: add_wait(each, begin, end); break;
        }
    }

    split made;

private:
    void add_wait(const interval& wait, std::uint64_t begin, std::uint64_t end) {
        if (!wait.cut && wait.end == end) {
            ++made.woken_by[wait.woken_by];
        }
        const auto [kind, about] = kind_of(wait);
        if (kind == "pool") {
            add_job(wait, begin, end);
            return;
        }
        count(kind, wait, end - begin, about);
        if (kind == "lock") {
            blame_owners(wait, begin, end);
        }
    }

    void count(const std::string& kind, const interval& wait, std::uint64_t ticks,
               const std::string& about = {}) {
        if (ticks != 0) {
            made.waiting[kind] += ticks;
            made.places[{kind, wait.reason, wait.stack, about}] += ticks;
        }
    }

    // In line until a worker took it, then on the worker.
    void add_job(const interval& wait, std::uint64_t begin, std::uint64_t end) {
        const auto jobs = all_.jobs.find(wait.fiber);
        if (jobs != all_.jobs.end()) {
            for (const pool_job& each : jobs->second) {
                if (each.queued <= wait.end && each.started != 0 && each.started >= wait.begin &&
                    each.started <= wait.end) {
                    const auto started = std::clamp(each.started, begin, end);
                    count("pool-queue", wait, started - begin);
                    count("pool-run", wait, end - started);
                    return;
                }
            }
        }
        count("pool", wait, end - begin);
    }

    struct kind_and_about {
        std::string kind;
        std::string about;
    };

    kind_and_about kind_of(const interval& wait) {
        const auto by_reason = kind_of_wait(in_.reason_name(wait.reason));
        if (by_reason != "io" && by_reason != "other") {
            return {by_reason, {}};
        }
        const auto works = all_.works.find(wait.fiber);
        const auto* part_of = works != all_.works.end() ? works->second.at(wait.begin) : nullptr;
        const auto by_event = part_of != nullptr ? name_of_work(part_of->kind) : std::string_view();
        return by_event.empty() ? kind_and_about{by_stack(wait, by_reason), {}}
                                : kind_and_about{std::string(by_event), part_of->about};
    }

    // Of recordings without the events, and of fibers that belong to a library itself.
    std::string by_stack(const interval& wait, const std::string& by_reason) {
        const auto stack = in_.stacks.find(wait.stack);
        if (stack == in_.stacks.end()) {
            return by_reason;
        }
        const auto [known, added] = by_stack_.try_emplace(wait.stack);
        if (added) {
            known->second = kind_of_stack(stack->second);
        }
        return known->second.empty() ? by_reason : std::string(known->second);
    }

    // A lookup may wait for its own connection to a name server, and TLS for names. Of TLS, what
    // waits for data of the program is a matter of the other side: only the handshake counts.
    std::string_view kind_of_stack(const recorded_stack& stack) {
        std::string_view kind;
        for (const auto address : stack.frames) {
            for (const stack_frame& each : names_.functions_at(address)) {
                if (each.function.starts_with("weft::net::dns::") ||
                    each.function.starts_with("weft::net::resolver::")) {
                    return "dns";
                }
                if (each.function.starts_with("weft::net::tls_stream") &&
                    each.function.find("hand") != std::string::npos) {
                    kind = "tls";
                }
            }
        }
        return kind;
    }

    // From each of the owners that are known, until the next.
    void blame_owners(const interval& wait, std::uint64_t begin, std::uint64_t end) {
        const auto lock = all_.lock_owners.find(wait.object);
        if (lock == all_.lock_owners.end()) {
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
                made.held_by[owner->second] += until - from;
                add_deeds(owner->second, from, until, in_, all_, made.owners_did[owner->second]);
            }
        }
    }

    const summary& in_;
    const lives& all_;
    frame_names& names_;
    std::unordered_map<std::uint32_t, std::string_view> by_stack_;
};

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
    return reason == "to_thread" ? "pool" : "other";
}

split split_of(const stretch& asked, const summary& in, const lives& all, frame_names& names) {
    splitter parts(in, all, names);
    const auto life = all.of.find(asked.fiber);
    if (life == all.of.end()) {
        return {};
    }
    for (const auto& each : life->second) {
        if (overlap(each, asked.begin, asked.end) != 0) {
            parts.add(each, std::max(each.begin, asked.begin), std::min(each.end, asked.end));
        }
    }
    if (const auto vain = all.vain.find(asked.fiber); vain != all.vain.end()) {
        parts.made.woken_in_vain =
            static_cast<std::uint64_t>(std::ranges::count_if(vain->second, [&](std::uint64_t time) {
                return time >= asked.begin && time <= asked.end;
            }));
    }
    return std::move(parts.made);
}

std::vector<path_step> critical_path(const stretch& asked, const lives& all) {
    path_finder finder(all);
    finder.walk(asked.fiber, asked.begin, asked.end, 0);
    return finder.take();
}

}  // namespace weft::trace_tool
