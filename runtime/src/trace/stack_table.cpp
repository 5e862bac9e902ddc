// SPDX-License-Identifier: BSL-1.0
#include "trace/stack_table.hpp"

#include "trace/processor.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace weft::detail {

namespace {

std::uint32_t hash_of(std::span<const std::uint64_t> frames) noexcept {
    std::uint64_t mixed = frames.size();
    for (const std::uint64_t each : frames) {
        mixed = (mixed ^ each) * 0x9e3779b97f4a7c15;  // 2^64 / golden ratio
        mixed ^= mixed >> 29;
    }
    return static_cast<std::uint32_t>(mixed >> 32);
}

}  // namespace

std::uint32_t stack_table::number_of(const stack& whole, const void* frame) noexcept {
    chain found;
    follow(found, whole, frame);
    return number_of(found);
}

std::uint32_t stack_table::number_of(const stack& whole, const void* frame,
                                     std::uint64_t instruction) noexcept {
    chain found;
    found.frames[found.depth++] = instruction;
    follow(found, whole, frame);
    return number_of(found);
}

// Read with memcpy and not instrumented: a stack has guard zones of AddressSanitizer between its
// variables, and frames that another function is about to leave.
[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] void stack_table::follow(
    chain& found, const stack& whole, const void* frame) noexcept {
    const auto low = reinterpret_cast<std::uintptr_t>(whole.low);
    const auto last = low + whole.size - 2 * sizeof(std::uint64_t);
    auto at = reinterpret_cast<std::uintptr_t>(frame);
    if (whole.low == nullptr) {
        return;
    }
    while (at >= low && at <= last && at % sizeof(std::uint64_t) == 0) {
        const auto* pair = reinterpret_cast<const std::uint64_t*>(at);
        if (pair[1] == 0) {
            return;
        }
        if (found.depth == found.frames.size()) {
            found.truncated = true;
            return;
        }
        found.frames[found.depth++] = pair[1];
        if (pair[0] <= at) {
            return;  // the chain only ever leads outwards
        }
        at = pair[0];
    }
}

std::uint32_t stack_table::number_of(const chain& found) noexcept {
    if (room_.empty() || found.depth == 0) {
        return 0;
    }
    if (known_ == nullptr) {
        known_.reset(new (std::nothrow) std::uint32_t[slots]());
        if (known_ == nullptr) {
            ++loop_.stacks_lost;
            return 0;
        }
    }
    const auto hash = hash_of({found.frames.data(), found.depth});
    constexpr std::size_t longest_search = 32;
    for (std::size_t i = 0; i < longest_search; ++i) {
        std::uint32_t& slot = known_[(hash + i) % slots];
        if (slot == 0) {
            return slot = add(found, hash);
        }
        if (same(slot, found, hash)) {
            return slot;
        }
    }
    ++loop_.stacks_lost;
    return 0;
}

bool stack_table::same(std::uint32_t number, const chain& found,
                       std::uint32_t hash) const noexcept {
    trace::stack_entry entry{};
    std::memcpy(&entry, &room_[number - 1], sizeof entry);
    return entry.hash == hash && entry.depth == found.depth &&
           std::equal(found.frames.begin(), found.frames.begin() + entry.depth, &room_[number]);
}

std::uint32_t stack_table::add(const chain& found, std::uint32_t hash) noexcept {
    const std::uint64_t offset = loop_.stacks_used;
    if (offset > room_.size() || found.depth + 1 > room_.size() - offset) {
        ++loop_.stacks_lost;
        return 0;
    }
    const trace::stack_entry entry{hash, static_cast<std::uint16_t>(found.depth),
                                   static_cast<std::uint16_t>(found.truncated ? 1 : 0)};
    std::memcpy(&room_[offset], &entry, sizeof entry);
    std::copy_n(found.frames.begin(), found.depth, &room_[offset + 1]);
    processor::order_stores();
    loop_.stacks_used = offset + found.depth + 1;
    return static_cast<std::uint32_t>(offset + 1);
}

}  // namespace weft::detail
