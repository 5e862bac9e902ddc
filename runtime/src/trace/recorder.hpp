// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fiber.hpp"

#include <cstdint>

namespace weft::detail {

/// What the runtime tells a recorder; the eight trace sites.
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

/// Takes trace events.
class trace_sink {
public:
    trace_sink() = default;
    trace_sink(const trace_sink&) = delete;
    trace_sink& operator=(const trace_sink&) = delete;
    virtual ~trace_sink() = default;
    virtual void record(trace_event what, const fiber* subject, std::int64_t detail) noexcept = 0;
};

/// Passes trace events on if anybody wants them; else one branch.
class recorder {
public:
    void emit(trace_event what, const fiber* subject, std::int64_t detail = 0) noexcept {
        if (sink_ != nullptr) [[unlikely]] {
            sink_->record(what, subject, detail);
        }
    }

    /// \param sink  null to stop.
    void connect(trace_sink* sink) noexcept { sink_ = sink; }

private:
    trace_sink* sink_ = nullptr;
};

}  // namespace weft::detail
