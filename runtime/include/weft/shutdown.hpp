// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/event.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <vector>

namespace weft {

/// What can be chosen for with_graceful_shutdown().
struct shutdown_options {
    std::vector<int> signals{SIGINT, SIGTERM};
    /// How long the body may go on after the first signal.
    clock::duration grace = std::chrono::seconds(30);
};

/// How the body of with_graceful_shutdown() ended.
enum class shutdown_outcome : std::uint8_t {
    finished,  ///< by itself; no signal came
    stopped,   ///< after a signal, in time
    cut_off,   ///< cancelled, by a second signal or after the grace
};

/// Runs `body(stop)` for a program that signals end: the first sets `stop`, upon which the body
/// should come to an end; a second one, or the end of the grace, cancels the body. From then on
/// signals have the effect they had before.
///
/// Blocks:       until the body has ended.
/// Cancellation: reaches the body and passes.
/// \throws what `body` throws, and what signals does.
shutdown_outcome with_graceful_shutdown(const std::function<void(event& stop)>& body,
                                        const shutdown_options& options = {});

}  // namespace weft
