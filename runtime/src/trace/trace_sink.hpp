// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace weft::detail {

struct fiber;

/// What the debug mode is told of.
enum class trace_event : std::uint8_t {
    spawned,
    finished,
    ready,
    running,
    parked,        // reason and object are in the fiber
    idle,          // the runtime waits for the kernel; no fiber
    io_submitted,  // detail: descriptor
    io_completed,  // detail: descriptor
};

/// Takes trace events in the runtime itself.
class trace_sink {
public:
    trace_sink() = default;
    trace_sink(const trace_sink&) = delete;
    trace_sink& operator=(const trace_sink&) = delete;
    virtual ~trace_sink() = default;
    virtual void record(trace_event what, const fiber* subject, std::int64_t detail) noexcept = 0;
};

}  // namespace weft::detail
