// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>

#include "memory/mapped_memory.hpp"

namespace weft::trace_tool {

/// The right to say what a runtime records; only one process has it at a time.
///
/// The runtime stops recording by itself when the lease is not renewed: a recorder that is killed
/// leaves nothing switched on.
class ownership {
public:
    /// For how long a renewal lasts.
    static constexpr std::chrono::milliseconds lease{500};
    /// How often it is to be renewed.
    static constexpr std::chrono::milliseconds renewal{100};

    /// Takes the right and asks for these classes of events.
    ///
    /// \param when     what the runtime does while its ring is full of events that are not taken.
    /// \param memory  mapped with access::control; outlives the ownership.
    /// \throws cannot_attach  if a living process has it.
    ownership(const mapped_memory& memory, std::uint32_t mask,
              trace::when_full when = trace::full_overwrites);

    /// Records nothing any more and gives the right back.
    ~ownership();

    ownership(const ownership&) = delete;
    ownership& operator=(const ownership&) = delete;

    /// All events before this one have been read: a runtime that waits for room may go on.
    void taken(std::uint64_t next) noexcept;

    /// Has no new events recorded, but is the owner still.
    void silence() noexcept;

    /// Returns false if the right was lost: another process took it, because this one had not
    /// renewed it in time.
    [[nodiscard]] bool renew() noexcept;

private:
    trace::control& control_;
    std::uint32_t mask_;
    trace::when_full when_;
    std::uint64_t self_;
};

/// CLOCK_MONOTONIC, ns.
[[nodiscard]] std::uint64_t monotonic_now() noexcept;

}  // namespace weft::trace_tool
