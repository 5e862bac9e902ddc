// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "load/histogram.hpp"
#include "process.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

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

/// Drives a server from this process and thread, over connections of its own.
///
/// Lifetime: the server outlives it.
class load_generator {
public:
    /// Connects and waits until each connection was answered once.
    ///
    /// \throws std::system_error   if a connection fails.
    /// \throws std::runtime_error  if the server hangs up or does not answer.
    load_generator(const server_process& server, const load& asked);
    ~load_generator();

    load_generator(const load_generator&) = delete;
    load_generator& operator=(const load_generator&) = delete;

    /// Keeps one request under way on each connection for warm-up and window. Afterwards the
    /// connections are open and silent.
    ///
    /// \throws std::runtime_error  if the server hangs up or stops answering.
    [[nodiscard]] load_result run();

private:
    using clock = std::chrono::steady_clock;
    struct connection;

    void connect_all();
    void run_until(clock::time_point end);
    void run_until_all_answered();
    void turn();
    void send_request(connection& to, clock::time_point now);
    void receive(connection& from);

    const server_process& server_;
    load asked_;
    int epoll_;
    std::vector<connection> connections_;
    std::size_t answered_ = 0;  // connections that have been answered at least once
    histogram latencies_;
};

}  // namespace weft::bench
