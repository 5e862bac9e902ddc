// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "harness.hpp"
#include "load/generator.hpp"
#include "process.hpp"

#include <string>
#include <string_view>

namespace weft::bench {

/// A server's code: announces its port and serves until its process is killed.
using server = std::function<void(const announce_port&)>;

/// Two servers under the same load, each round in new processes.
struct server_contest {
    std::string_view bench;
    server weft;
    server baseline;
    load asked;
    goal cpu{};  ///< for the server's CPU time per operation
    goal p50{};  ///< for the median latency
    goal p99{};
};

/// Messages of 64 bytes that come back, one under way on each connection.
[[nodiscard]] load echo_load(std::size_t connections, bool quick);

/// Drives both servers in turn and prints CPU time per operation, throughput and latencies.
///
/// Fewer descriptors than the connections need: says so on stderr and measures nothing.
/// Blocks: for all rounds.
void hold(const server_contest& held, const options& chosen);

/// Prints the CPU time that the server uses while one connection is open and silent.
///
/// Blocks: for all rounds, about two seconds each.
void show_idle(std::string_view bench, const server& weft, const server& baseline,
               const load& before, const options& chosen);

}  // namespace weft::bench
