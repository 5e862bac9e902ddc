// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/unique_fd.hpp>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <optional>

namespace weft::detail {

/// Where the signals of one receiver arrive. Written by handlers on any thread.
struct signal_inbox {
    /// \throws io_error  without descriptors.
    signal_inbox();

    unique_fd wake;  // an eventfd; readable after an arrival
    std::array<std::atomic<std::uint64_t>, NSIG> arrived{};  // the turn of each signal; 0: none

    /// Notes an arrival. Async-signal-safe.
    void note(int number) noexcept;

    /// Takes the signal that came first.
    std::optional<int> take() noexcept;
};

/// Makes `inbox` the receiver of a signal from now on. Returns false if another one is.
///
/// \throws usage_error  if the signal cannot be handled.
bool claim_signal(int number, signal_inbox& inbox);

/// Gives a signal back to who had it before, if `inbox` has it. Afterwards nobody writes to the
/// inbox on its behalf.
void give_signal_back(int number, const signal_inbox& inbox) noexcept;

/// In the child of a fork: every signal is as before the parent's runtimes took it.
void give_all_signals_back() noexcept;

}  // namespace weft::detail
