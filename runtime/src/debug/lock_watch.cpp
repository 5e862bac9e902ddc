// SPDX-License-Identifier: BSL-1.0
#include "debug/lock_watch.hpp"

#include <weft/mutex.hpp>
#include <weft/shared_mutex.hpp>

#include <algorithm>

namespace weft::detail {

void lock_watch::parked(const fiber& waiting) {
    if (waiting.reason == wait_reason::mutex || waiting.reason == wait_reason::shared_mutex) {
        waiting_.push_back(&waiting);
    }
}

void lock_watch::woken(const fiber& able) noexcept {
    std::erase(waiting_, &able);
}

std::vector<std::uint64_t> lock_watch::holders(const fiber& waiting) const {
    if (waiting.reason == wait_reason::mutex) {
        return {static_cast<const mutex*>(waiting.wait_object)->statistics().owner};
    }
    if (waiting.reason != wait_reason::shared_mutex) {
        return {};
    }
    const auto* lock = static_cast<const shared_mutex*>(waiting.wait_object);
    std::vector<std::uint64_t> found;
    if (const auto owner = lock->statistics().owner; owner != 0) {
        found.push_back(owner);
    }
    const auto [first, last] = readers_.equal_range(lock);
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
