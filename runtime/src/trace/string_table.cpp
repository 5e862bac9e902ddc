// SPDX-License-Identifier: BSL-1.0
#include "trace/string_table.hpp"

#include <weft/trace_events.hpp>

#include "trace/processor.hpp"

#include <cstring>
#include <new>

namespace weft::detail {

namespace {

constexpr std::size_t alignment = 8;
constexpr std::size_t longest = 1024;  // bytes; the rest of a longer one is cut off

}  // namespace

std::uint32_t string_table::number_of(std::string_view text) noexcept {
    text = text.substr(0, longest);
    const auto found = known_.find(text);
    if (found != known_.end()) {
        return found->second;
    }
    try {
        return add(text);
    } catch (const std::bad_alloc&) {
        ++loop_.strings_lost;
        return 0;
    }
}

std::uint32_t string_table::add(std::string_view text) {
    const std::uint64_t offset = loop_.strings_used;
    const std::size_t size =
        (sizeof(trace::string_entry) + text.size() + alignment - 1) / alignment * alignment;
    if (offset > room_.size() || size > room_.size() - offset) {
        ++loop_.strings_lost;
        return 0;
    }
    const auto number = static_cast<std::uint32_t>(offset / alignment + 1);
    known_.emplace(text, number);
    const trace::string_entry entry{static_cast<std::uint32_t>(text.size())};
    std::memcpy(&room_[offset], &entry, sizeof entry);
    std::memcpy(&room_[offset] + sizeof entry, text.data(), text.size());
    processor::order_stores();
    loop_.strings_used = offset + size;
    return number;
}

}  // namespace weft::detail
