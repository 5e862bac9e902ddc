// SPDX-License-Identifier: BSL-1.0
#include "recording/ring_reader.hpp"

#include <algorithm>

#include "memory/shared_words.hpp"

namespace weft::trace_tool {

ring_reader::ring_reader(const mapped_memory& memory)
    : loop_(memory.bytes({trace::loop_offset, sizeof(trace::loop), 1}).data()),
      slots_(memory.bytes(memory.header().events).data()),
      entry_size_(memory.header().events.entry_size),
      capacity_(memory.header().events.count),
      next_(head()) {}

std::uint64_t ring_reader::rewind(std::uint64_t oldest) noexcept {
    next_ = std::max(first_whole(head()), oldest);
    return next_ - oldest;
}

std::uint64_t ring_reader::read(std::vector<trace::event>& into, std::size_t most) {
    const auto seen = head();
    // Of a memory that was reset, or lies about how much there is, nothing can be said.
    const auto begin = std::clamp(first_whole(seen), next_, std::max(next_, seen));
    const auto end = std::min(std::max(begin, seen), begin + most);
    const auto old_size = into.size();
    for (auto number = begin; number != end; ++number) {
        into.push_back(
            copy_words<trace::event>(slots_ + (number % capacity_) * entry_size_, entry_size_));
    }
    // The copies are read before the head is read again. Partner: the writer, which stores the
    // head between two events.
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    const auto whole = std::clamp(first_whole(head()), begin, end);
    into.erase(into.begin() + static_cast<std::ptrdiff_t>(old_size),
               into.begin() + static_cast<std::ptrdiff_t>(old_size + (whole - begin)));
    const auto lost = whole - next_;
    next_ = end;
    return lost;
}

double ring_reader::fill() const noexcept {
    if (capacity_ == 0) {
        return 0;
    }
    const auto waiting = std::max(head(), next_) - next_;
    return std::min(1.0, static_cast<double>(waiting) / static_cast<double>(capacity_));
}

std::uint64_t ring_reader::head() const noexcept {
    return capacity_ == 0
               ? 0
               : __atomic_load_n(
                     reinterpret_cast<const std::uint64_t*>(loop_ + offsetof(trace::loop, head)),
                     __ATOMIC_ACQUIRE);
}

// The one that is being written may be overwriting the event that is a whole ring older.
std::uint64_t ring_reader::first_whole(std::uint64_t head) const noexcept {
    return head >= capacity_ ? head - capacity_ + 1 : 0;
}

}  // namespace weft::trace_tool
