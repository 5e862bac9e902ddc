// SPDX-License-Identifier: BSL-1.0
#include "debug/lock_watch.hpp"

#include "trace/blocker.hpp"

#include <algorithm>

namespace weft::detail {

void lock_watch::parked(const fiber& waiting) {
    if (is_lock(waiting.reason)) {
        waiting_.push_back(&waiting);
    }
}

void lock_watch::woken(const fiber& able) noexcept {
    std::erase(waiting_, &able);
}

std::vector<std::uint64_t> lock_watch::holders(const fiber& waiting) const {
    if (!is_lock(waiting.reason)) {
        return {};
    }
    std::vector<std::uint64_t> found;
    if (const auto owner = holder_of(waiting); owner != 0) {
        found.push_back(owner);
    }
    const auto [first, last] = readers_.equal_range(waiting.wait_object);
    for (auto each = first; each != last; ++each) {
        found.push_back(each->second);
    }
    return found;
}

void lock_watch::shared_taken(const void* lock, std::uint64_t reader, bool first) {
    if (first) {
        readers_.erase(lock);
    }
    readers_.emplace(lock, reader);
}

void lock_watch::shared_returned(const void* lock, std::uint64_t reader) noexcept {
    const auto [first, last] = readers_.equal_range(lock);
    const auto own =
        std::find_if(first, last, [=](const auto& each) { return each.second == reader; });
    if (first != last) {
        readers_.erase(own != last ? own : first);
    }
}

bool lock_watch::holds_shared(const void* lock, std::uint64_t reader) const noexcept {
    const auto [first, last] = readers_.equal_range(lock);
    return std::any_of(first, last, [=](const auto& each) { return each.second == reader; });
}

}  // namespace weft::detail
