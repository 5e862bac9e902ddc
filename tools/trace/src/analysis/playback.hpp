// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>

#include "analysis/interval.hpp"
#include "recording/chunk.hpp"
#include "recording/file_reader.hpp"

namespace weft::trace_tool {

/// Is told what happens in a recording, in order. An interval comes with the event that ends it,
/// before that event.
class playback_listener {
public:
    playback_listener() = default;
    playback_listener(const playback_listener&) = delete;
    playback_listener& operator=(const playback_listener&) = delete;
    virtual ~playback_listener() = default;

    virtual void on_chunk(const chunk& read) = 0;
    virtual void on_event(const trace::event& next, const chunk& in) = 0;
    virtual void on_interval(const interval& done) = 0;
    /// Events are missing before the next one.
    virtual void on_gap(std::uint64_t lost) { static_cast<void>(lost); }
};

/// A part of a recording: ns since its begin.
struct time_window {
    std::uint64_t begin = 0;
    std::uint64_t end = std::numeric_limits<std::uint64_t>::max();

    [[nodiscard]] bool whole() const noexcept { return *this == time_window(); }
    bool operator==(const time_window&) const = default;
};

/// Plays a recording to its end, or to where it is damaged: survey::damage says so.
///
/// \param window  only what is in it: intervals are cut to it. Of the events before it, those that
///         say what a fiber or a span is called come all the same.
/// \throws recording_error  if nothing of it can be read.
survey play(const std::filesystem::path& file, playback_listener& to,
            const time_window& window = {});

}  // namespace weft::trace_tool
