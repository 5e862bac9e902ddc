// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>
#include <weft/trace_format.hpp>

#include "trace/processor.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace weft::detail {

/// Where the runtime's thread puts events; see <weft/trace_events.hpp> for how they are read.
class event_ring {
public:
    /// \param slots  a power of two of them, or none: then events are dropped uncounted.
    event_ring(std::span<trace::event> slots, trace::loop& counts) noexcept
        : slots_(slots), loop_(counts) {}

    void push(const trace::event& added) noexcept {
        if (slots_.empty()) {
            return;
        }
        slots_[loop_.head & (slots_.size() - 1)] = added;
        processor::order_stores();
        loop_.head = loop_.head + 1;
    }

private:
    std::span<trace::event> slots_;
    trace::loop& loop_;
};

}  // namespace weft::detail
