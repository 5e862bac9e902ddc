// SPDX-License-Identifier: BSL-1.0
#include "analysis/lock_findings.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "output/table.hpp"

namespace weft::trace_tool {

namespace {

constexpr std::uint64_t long_hold = 10'000'000;  // ns

std::string label(const summary& in, std::uint64_t lock) {
    return "lock " + in.object_label(lock, 0);
}

std::string so_did(std::uint64_t others) {
    return others == 0 ? std::string() : "; so did " + std::to_string(others) + " more";
}

/// The worst of those that are alike: each request of a server may be a fiber of its own.
struct alike_holders {
    std::uint64_t lock = 0;
    std::uint32_t worst = 0;
    const absent_holder* of_worst = nullptr;
    std::uint64_t count = 0;
};

std::string absence_text(const alike_holders& of, const summary& in) {
    const auto& worst = *of.of_worst;
    std::string text = in.numbered_name(of.worst) + " waited for " +
                       duration_text(in.scale.duration(worst.longest)) + " (" +
                       in.reason_name(worst.reason) + ") with " + label(in, of.lock) +
                       ", for which others waited";
    if (worst.times > 1) {
        text += "; " + duration_text(in.scale.duration(worst.total)) + " in " +
                std::to_string(worst.times) + " times";
    }
    return text + so_did(of.count - 1);
}

void find_absent_holders(const summary& in, std::vector<finding>& found) {
    std::map<std::pair<std::uint64_t, std::string>, alike_holders> alike;  // by lock, name
    for (const auto& [lock_and_holder, of] : in.locks.absent) {
        const auto [lock, holder] = lock_and_holder;
        if (in.scale.duration(of.longest) >= long_hold) {
            auto& same = alike[{lock, in.fiber_name(holder)}];
            ++same.count;
            if (same.of_worst == nullptr || of.longest > same.of_worst->longest) {
                same = {lock, holder, &of, same.count};
            }
        }
    }
    for (const auto& [lock_and_name, of] : alike) {
        found.push_back({finding::kind::long_hold, of.worst,
                         in.scale.duration(of.of_worst->longest), absence_text(of, in)});
    }
}

void find_opposed_locks(const summary& in, std::vector<finding>& found) {
    for (const auto& each : opposed_locks_of(in)) {
        found.push_back({finding::kind::lock_order, each.one.fiber, 0,
                         in.numbered_name(each.one.fiber) + " waited for " +
                             label(in, each.second) + " while it held " + label(in, each.first) +
                             ", " + in.numbered_name(each.other.fiber) +
                             " the other way round: that can become a deadlock"});
    }
}

bool has_ended(std::uint64_t owner, const summary& in) {
    const auto fiber = in.fibers.find(static_cast<std::uint32_t>(owner));
    return fiber != in.fibers.end() && fiber->second.ended;
}

// By what was seen of its end, and by the locks at the end of the recording.
void find_left_locked(const summary& in, std::vector<finding>& found) {
    auto left = in.locks.left_locked;
    for (const auto& each : in.last_objects) {
        if (each.kind == trace::object_kind::lock && each.waiters != 0 &&
            has_ended(each.owner, in)) {
            left.emplace(each.address, static_cast<std::uint32_t>(each.owner));
        }
    }
    for (const auto& [lock, owner] : left) {
        found.push_back({finding::kind::held_at_exit, owner, 0,
                         in.numbered_name(owner) + " has ended and still holds " + label(in, lock) +
                             ", for which others wait"});
    }
}

}  // namespace

std::vector<opposed_locks> opposed_locks_of(const summary& in) {
    std::vector<opposed_locks> made;
    for (const auto& [held_and_wanted, one] : in.locks.nested) {
        const auto [first, second] = held_and_wanted;
        const auto other = in.locks.nested.find({second, first});
        if (first < second && other != in.locks.nested.end()) {
            made.push_back({first, second, one, other->second});
        }
    }
    return made;
}

void find_wrong_locks(const summary& in, std::vector<finding>& found) {
    find_left_locked(in, found);
    find_opposed_locks(in, found);
    find_absent_holders(in, found);
}

}  // namespace weft::trace_tool
