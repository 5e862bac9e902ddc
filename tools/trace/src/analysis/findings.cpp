// SPDX-License-Identifier: BSL-1.0
#include "analysis/findings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "analysis/lock_findings.hpp"
#include "output/table.hpp"

namespace weft::trace_tool {

namespace {

constexpr std::uint64_t long_run = 25'000'000;    // ns: what Seastar calls a stall
constexpr std::uint64_t long_ready = 10'000'000;  // ns
constexpr std::uint64_t leaked_fibers = 10;
constexpr std::uint64_t long_cancellation = 100'000'000;  // ns
constexpr std::uint64_t many_futile_wakes = 100;
constexpr std::uint64_t swallowed = 3;  // times that a fiber may go on

// Whom it cost what. Those that became ready meanwhile are woken by the loop, so after it: what is
// left of the others is not worth a word if it is little.
std::string delay_text(const fiber_summary& of, const summary& in) {
    const auto run = in.longest_runs.find(of.longest_run_at);
    if (run == in.longest_runs.end() || run->second.fiber != of.fiber ||
        in.scale.duration(run->second.delay) < long_ready) {
        return {};
    }
    const auto fibers = run->second.delayed == 1 ? std::string("1 fiber that was ready by ")
                                                 : std::to_string(run->second.delayed) +
                                                       " fibers that were ready, together by ";
    return "; that delayed " + fibers + duration_text(in.scale.duration(run->second.delay));
}

void find_stalls(const summary& in, std::vector<finding>& found) {
    for (const auto& [id, fiber] : in.fibers) {
        const auto took = in.scale.duration(fiber.longest_run);
        if (took >= long_run) {
            found.push_back({finding::kind::stall, id, took,
                             in.numbered_name(id) + " kept the loop for " + duration_text(took) +
                                 " without a pause, " +
                                 duration_text(in.scale.since_begin(fiber.longest_run_at)) +
                                 " after the begin" + delay_text(fiber, in)});
        }
    }
}

// Those that the program noticed itself, of fibers of which no run of such a length was recorded.
void find_noticed_stalls(const summary& in, std::vector<finding>& found) {
    for (const auto& each : in.stalls) {
        const auto fiber = in.fibers.find(each.fiber);
        if (fiber == in.fibers.end() || in.scale.duration(fiber->second.longest_run) < long_run) {
            found.push_back({finding::kind::stall, each.fiber, each.lasted,
                             in.numbered_name(each.fiber) + " kept the loop for " +
                                 duration_text(each.lasted) +
                                 " without a pause, as the program "
                                 "itself noticed"});
        }
    }
}

void find_delays(const summary& in, std::vector<finding>& found) {
    for (const auto& [id, fiber] : in.fibers) {
        const auto took = in.scale.duration(fiber.longest_ready);
        if (took >= long_ready) {
            found.push_back({finding::kind::delay, id, took,
                             in.numbered_name(id) + " was ready for " + duration_text(took) +
                                 " before it could run, " +
                                 duration_text(in.scale.since_begin(fiber.longest_ready_at)) +
                                 " after the begin"});
        }
    }
}

// One of those that are alike: a program may lose a result every millisecond.
void find_lost(const summary& in, std::vector<finding>& found) {
    struct likeness {
        std::uint32_t first;
        std::uint64_t count;
    };
    std::map<std::pair<std::string, std::string>, likeness> alike;  // by fiber's name and fate
    for (const auto& each : in.lost) {
        const auto fate = each.never_ran ? " was thrown away before it began: it never ran"
                                         : " failed and nobody asked for its result: " + each.what;
        ++alike.try_emplace({in.fiber_name(each.fiber), fate}, likeness{each.fiber, 0})
              .first->second.count;
    }
    for (const auto& [name_and_fate, of] : alike) {
        const auto more = of.count == 1 ? "" : "; so did " + std::to_string(of.count - 1) + " more";
        found.push_back({finding::kind::lost_result, of.first, 0,
                         in.numbered_name(of.first) + name_and_fate.second + more});
    }
    if (in.file.lost != 0) {
        found.push_back({finding::kind::lost_events, 0, 0,
                         std::to_string(in.file.lost) +
                             " events were lost; what spans a gap is not in any percentile"});
    }
}

void find_leaks(const summary& in, std::vector<finding>& found) {
    for (const auto& group : live_groups(in)) {
        if (leaks(group)) {
            found.push_back({finding::kind::leak, 0, 0,
                             std::to_string(group.live_at_end) + " fibers spawned at " +
                                 group.site + " are alive, " + std::to_string(group.live_at_begin) +
                                 " were at the begin"});
        }
    }
}

std::string what_became_of(const cancellation& of, const summary& in) {
    const auto end = of.ended != 0 ? of.ended : in.file.ended.ticks;
    if (of.seen == 0) {
        return " and did not notice for " + duration_text(in.scale.duration(end - of.asked));
    }
    if (of.ended == 0 && of.times >= swallowed) {
        return ", caught that " + std::to_string(of.times) + " times and went on";
    }
    return " and noticed only " + duration_text(in.scale.duration(of.seen - of.asked)) + " later";
}

// Those that did not notice for long, and those that went on all the same.
void find_ignored_cancellations(const summary& in, std::vector<finding>& found) {
    for (const auto& each : in.cancellations) {
        const auto until = each.seen != 0    ? each.seen
                           : each.ended != 0 ? each.ended
                                             : in.file.ended.ticks;
        const auto late = in.scale.duration(until > each.asked ? until - each.asked : 0);
        const bool goes_on = each.ended == 0 && each.times >= swallowed;
        if (late >= long_cancellation || goes_on) {
            found.push_back({finding::kind::cancellation, each.fiber, late,
                             in.numbered_name(each.fiber) + " was cancelled by " +
                                 (each.by == 0 ? "the loop" : in.numbered_name(each.by)) +
                                 what_became_of(each, in)});
        }
    }
}

// The fibers of a cycle of joins and locks, from any of them.
std::vector<std::uint64_t> cycle_from(
    std::uint64_t fiber, const std::unordered_map<std::uint64_t, std::uint64_t>& waits_for) {
    std::vector<std::uint64_t> path;
    while (fiber != 0) {
        const auto again = std::ranges::find(path, fiber);
        if (again != path.end()) {
            return {again, path.end()};
        }
        path.push_back(fiber);
        const auto next = waits_for.find(fiber);
        fiber = next == waits_for.end() ? 0 : next->second;
    }
    return {};
}

// For the end of another fiber, or for a lock that another one holds.
std::unordered_map<std::uint64_t, std::uint64_t> who_waits_for_whom(const summary& in) {
    std::unordered_map<std::uint64_t, std::uint64_t> owners;
    for (const auto& each : in.last_objects) {
        if (each.kind == trace::object_kind::lock && each.waiters != 0) {
            owners[each.address] = each.owner;
        }
    }
    std::unordered_map<std::uint64_t, std::uint64_t> waits_for;
    for (const auto& row : in.last_rows) {
        const auto owner = owners.find(row.object);
        if (row.state != trace::row_state::parked) {
            continue;
        }
        if (row.blocked_on != 0) {
            waits_for[row.id] = row.blocked_on;
        } else if (owner != owners.end() && owner->second != 0) {
            waits_for[row.id] = owner->second;
        }
    }
    return waits_for;
}

void find_deadlocks(const summary& in, std::vector<finding>& found) {
    const auto waits_for = who_waits_for_whom(in);
    std::set<std::uint64_t> told;
    for (const auto& row : in.last_rows) {
        const auto cycle =
            told.contains(row.id) ? std::vector<std::uint64_t>() : cycle_from(row.id, waits_for);
        if (cycle.empty() || !told.insert(cycle.front()).second) {
            continue;
        }
        std::string text = "in a ring, ";
        for (const auto member : cycle) {
            told.insert(member);
            text += in.numbered_name(static_cast<std::uint32_t>(member)) + " waits for ";
        }
        text += "#" + std::to_string(cycle.front());
        found.push_back(
            {finding::kind::deadlock, static_cast<std::uint32_t>(cycle.front()), 0, text});
    }
}

void find_contention(const summary& in, std::vector<finding>& found) {
    constexpr std::uint64_t share = 10;  // a tenth of the recording
    const auto whole = in.scale.duration(in.file.ended.ticks - in.file.began.ticks);
    for (const auto& [reason, waits] : in.waits) {
        const auto total = in.scale.duration(waits.total());
        if (in.reason_name(reason).find("mutex") != std::string::npos && total > whole / share) {
            found.push_back({finding::kind::contention, 0, total,
                             "fibers waited " + duration_text(total) + " for locks (" +
                                 in.reason_name(reason) + "), at most " +
                                 duration_text(in.scale.duration(waits.longest())) + " each"});
        }
    }
}

// An object at which many are woken for what only one of them gets.
void find_futile_wakes(const summary& in, std::vector<finding>& found) {
    std::map<std::uint64_t, std::uint64_t> in_vain;
    for (const auto& [key, wakes] : in.counted.vain) {
        in_vain[key.second] += wakes.count;
    }
    for (const auto& [address, count] : in_vain) {
        const auto object = in.objects.find(address);
        if (object != in.objects.end() && count >= many_futile_wakes &&
            count * 2 >= object->second.waits) {
            found.push_back({finding::kind::futile_wakes, 0, 0,
                             std::to_string(count) + " of " + std::to_string(object->second.waits) +
                                 " wakes of fibers that waited for " +
                                 in.object_label(address, object->second.reason) +
                                 " led to nothing: they waited again"});
        }
    }
}

}  // namespace

std::string_view name_of(finding::kind what) noexcept {
    switch (what) {
        case finding::kind::deadlock: return "deadlock";
        case finding::kind::stall: return "stall";
        case finding::kind::lost_result: return "lost";
        case finding::kind::leak: return "leak";
        case finding::kind::cancellation: return "cancellation";
        case finding::kind::held_at_exit: return "held_at_exit";
        case finding::kind::lock_order: return "lock_order";
        case finding::kind::long_hold: return "long_hold";
        case finding::kind::delay: return "delay";
        case finding::kind::contention: return "contention";
        case finding::kind::futile_wakes: return "futile_wakes";
        case finding::kind::lost_events: return "lost_events";
    }
    return "unknown";
}

std::vector<finding> find_all(const summary& in) {
    std::vector<finding> found;
    find_deadlocks(in, found);
    find_stalls(in, found);
    find_noticed_stalls(in, found);
    find_lost(in, found);
    find_leaks(in, found);
    find_ignored_cancellations(in, found);
    find_wrong_locks(in, found);
    find_delays(in, found);
    find_contention(in, found);
    find_futile_wakes(in, found);
    std::ranges::stable_sort(found, [](const finding& a, const finding& b) {
        return a.what != b.what ? a.what < b.what : a.nanoseconds > b.nanoseconds;
    });
    return found;
}

std::vector<leak_group> live_groups(const summary& in) {
    std::map<std::string, leak_group> groups;
    const auto count = [&](const trace::fiber_row& row, std::uint64_t leak_group::*where) {
        const auto site = site_of(row, in.constants);
        if (!site.empty() && row.state != trace::row_state::finished) {
            groups.try_emplace(site, leak_group{site, 0, 0, 0, 0}).first->second.*where += 1;
        }
    };
    for (const auto& row : in.first_rows) {
        count(row, &leak_group::live_at_begin);
    }
    for (const auto& row : in.last_rows) {
        count(row, &leak_group::live_at_end);
    }
    for (const auto& [id, fiber] : in.fibers) {
        const auto group = groups.find(fiber.site);
        if (group != groups.end() && fiber.spawned) {
            ++group->second.spawned;
            group->second.ended += fiber.ended ? 1 : 0;
        }
    }
    std::vector<leak_group> sorted;
    for (const auto& [site, group] : groups) {
        if (group.live_at_end != 0) {
            sorted.push_back(group);
        }
    }
    std::ranges::stable_sort(sorted, std::greater(), &leak_group::live_at_end);
    return sorted;
}

bool leaks(const leak_group& group) noexcept {
    const auto grown =
        group.live_at_end > group.live_at_begin ? group.live_at_end - group.live_at_begin : 0;
    // Most of what was spawned is still there.
    return grown >= leaked_fibers && grown * 2 > group.spawned;
}

}  // namespace weft::trace_tool
