// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace weft::http {

/// What a connection of a server does; decides what a time limit means.
enum class phase : std::uint8_t {
    idle,      // no byte of a request is there
    head,      // a head arrives
    body,      // a body arrives
    handling,  // the handler runs
    writing,   // a response is sent
};

/// The phase of a connection, and how many ticks it may last.
class phase_clock {
public:
    /// \param most_ticks  of the phase; means nothing for phase::handling, which has no limit.
    void enter(phase next, std::int64_t most_ticks = 0) noexcept {
        now_ = next;
        left_ = most_ticks;
    }

    /// Tells that a tick has passed. Returns whether the phase has taken too long.
    [[nodiscard]] bool tick() noexcept { return now_ != phase::handling && --left_ <= 0; }

    [[nodiscard]] phase now() const noexcept { return now_; }
    [[nodiscard]] std::int64_t ticks_left() const noexcept { return left_; }

private:
    std::int64_t left_ = 0;
    phase now_ = phase::idle;
};

}  // namespace weft::http
