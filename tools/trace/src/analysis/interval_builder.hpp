// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>
#include <weft/trace_format.hpp>

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "analysis/interval.hpp"

namespace weft::trace_tool {

/// Makes the fibers' lives out of events.
///
/// Invariants:
/// 1. The intervals of one fiber follow each other without overlap, and, from its first event to
///    its last, without hole but for `unknown` ones.
/// 2. Running intervals of all fibers do not overlap, and come in the order of their time.
/// 3. Nothing that spans lost events, or the begin or end of the recording, is not `cut`.
class interval_builder {
public:
    /// \param take  gets each interval when it ends.
    explicit interval_builder(std::function<void(const interval&)> take) : take_(std::move(take)) {}

    /// The recording begins, with these fibers.
    void begin(std::uint64_t time, const std::vector<trace::fiber_row>& rows);

    void add(const trace::event& next);

    /// Events are missing before the next one.
    void add_gap();

    /// The recording ends: what goes on is cut off.
    void finish(std::uint64_t time);

private:
    struct life {
        interval now;
        std::size_t gaps;  // how many had been when `now` was begun or looked at
    };
    struct gap_times {
        std::uint64_t begin;
        std::uint64_t end;
    };

    void on_switch(const trace::event& next);
    void on_wake(const trace::event& next);
    void leave(const trace::event& next);
    life& at(std::uint32_t fiber, std::uint64_t time);
    void cross_gaps(life& of);
    void close(life& of, std::uint64_t time);
    void open(life& of, activity what, std::uint64_t time);

    std::function<void(const interval&)> take_;
    std::unordered_map<std::uint32_t, life> lives_;
    std::vector<gap_times> gaps_;
    bool gap_before_next_ = false;
    std::uint64_t began_ = 0;
    std::uint64_t last_time_ = 0;
};

}  // namespace weft::trace_tool
