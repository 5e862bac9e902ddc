// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>
#include <weft/trace_format.hpp>

#include "trace/memory.hpp"
#include "trace/processor.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

namespace weft::detail {

/// Where the runtime's thread puts events; see <weft/trace_events.hpp> for how they are read.
class event_ring {
    static_assert(std::endian::native == std::endian::little);
    static_assert(offsetof(trace::event, fiber) == 8 && offsetof(trace::event, type) == 12 &&
                  offsetof(trace::event, sub) == 13 && offsetof(trace::event, aux) == 14 &&
                  offsetof(trace::event, x) == 16 && offsetof(trace::event, stack) == 20);

public:
    /// \param slots  a power of two of them, or none: then events are dropped uncounted.
    event_ring(std::span<trace::event> slots, trace_memory::live_page& page) noexcept
        : slots_(slots), loop_(page.shown), asked_(page.asked) {}

    [[gnu::always_inline]] void push(const trace::event& added) noexcept {
        if (slots_.empty()) [[unlikely]] {
            return;
        }
        const std::uint64_t head = loop_.head;
        if (head == full_at_) [[unlikely]] {
            wait_for_reader();
        }
        trace::event& slot = slots_[head & (slots_.size() - 1)];
        put<0>(slot, added.time);
        put<8>(slot, added.fiber | std::uint64_t{static_cast<std::uint8_t>(added.type)} << 32 |
                         std::uint64_t{added.sub} << 40 | std::uint64_t{added.aux} << 48);
        put<16>(slot, added.x | std::uint64_t{added.stack} << 32);
        put<24>(slot, added.object);
        processor::order_stores();
        loop_.head = head + 1;
    }

    /// Looks whether the reader wants to be waited for, and how far it has read.
    ///
    /// One that does not renew its lease any more is not waited for.
    void heed_reader() noexcept;

private:
    static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

    /// Blocks: the thread, until the reader has taken an event, or its lease is over.
    void wait_for_reader() noexcept;

    /// Whole words: half as many stores as members.
    template <std::size_t Offset>
    [[gnu::always_inline]] static void put(trace::event& slot, std::uint64_t word) noexcept {
        std::memcpy(reinterpret_cast<std::byte*>(&slot) + Offset, &word, sizeof word);
    }

    std::span<trace::event> slots_;
    trace::loop& loop_;
    trace::control& asked_;
    std::uint64_t full_at_ = never;  // the event for which there is no room yet
};

}  // namespace weft::detail
