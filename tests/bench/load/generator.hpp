// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "load/histogram.hpp"
#include "process.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace weft::bench {

/// What the load generator asks of a server.
struct load {
    std::string_view request;                     ///< sent whole, once per operation
    bool (*complete)(std::string_view received);  ///< whether the reply has arrived whole
    std::size_t connections = 1;                  ///< each with one request under way
    std::chrono::milliseconds warm_up{300};       ///< load before the clocks start
    std::chrono::milliseconds window{1'000};      ///< load while they run
    bool spin = false;  ///< never sleep, so that only the server's wake-ups show in the latency
};

/// What the server did within the window.
struct load_result {
    double operations = 0;  ///< completed
    double seconds = 0;     ///< length of the window
    double server_cpu_us = 0;
    histogram latencies;  ///< from sending a request to the last byte of its reply
};

/// Drives the server from this process and thread, over connections of its own.
///
/// Blocks: for connecting, warm-up and window.
/// \throws std::system_error   if a connection fails.
/// \throws std::runtime_error  if the server hangs up or stops answering.
[[nodiscard]] load_result drive(const server_process& server, const load& asked);

}  // namespace weft::bench
