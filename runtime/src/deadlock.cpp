// SPDX-License-Identifier: BSL-1.0
#include "deadlock.hpp"

#include <weft/detail/cross_queue.hpp>

#include "trace/blocker.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace weft::detail {

namespace {

constexpr std::size_t most_shown = 10;

using fibers_by_id = std::unordered_map<std::uint64_t, const fiber*>;

const fiber* blocker_among(const fibers_by_id& waiting, const fiber& waiter) {
    const auto found = waiting.find(blocker_of(waiter));
    return found != waiting.end() ? found->second : nullptr;
}

/// The fibers of a circle, each waiting for the next and the last for the first; or none.
std::vector<const fiber*> find_circle(const fibers_by_id& waiting) {
    std::unordered_map<const fiber*, const fiber*> seen_from;  // the fiber where the walk began
    for (const auto& [id, start] : waiting) {
        std::vector<const fiber*> path;
        const fiber* at = start;
        while (at != nullptr && seen_from.emplace(at, start).second) {
            path.push_back(at);
            at = blocker_among(waiting, *at);
        }
        if (at != nullptr && seen_from[at] == start) {
            path.erase(path.begin(), std::find(path.begin(), path.end(), at));
            return path;
        }
    }
    return {};
}

std::string words_for(const fiber& waiting) {
    return name_of(waiting) + " (" + name_of(waiting.reason) + ")";
}

std::string list_of(const std::vector<const fiber*>& fibers, const char* between) {
    std::string text;
    for (std::size_t i = 0; i < std::min(fibers.size(), most_shown); ++i) {
        text += (i > 0 ? between : "") + words_for(*fibers[i]);
    }
    return fibers.size() > most_shown ? text + between + "..." : text;
}

}  // namespace

std::optional<std::string> describe_deadlock(const fiber_list& alive) {
    fibers_by_id waiting;
    std::vector<const fiber*> all;
    for (const fiber* each = alive.first; each != nullptr; each = each->next_alive) {
        if (each->state != fiber_state::parked) {
            continue;
        }
        if (waits_for_other_threads(*each)) {
            return std::nullopt;
        }
        waiting.emplace(each->id, each);
        all.push_back(each);
    }
    if (all.empty()) {
        return std::nullopt;
    }
    const auto circle = find_circle(waiting);
    std::reverse(all.begin(), all.end());  // the oldest first
    return circle.empty() ? "nothing can wake any fiber: " + list_of(all, ", ")
                          : "fibers wait for each other in a circle: " + list_of(circle, " -> ") +
                                " -> " + name_of(*circle.front());
}

}  // namespace weft::detail
