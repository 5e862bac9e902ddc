// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// A gate between clients and a server that spoils what passes.

#include <weft/clock.hpp>
#include <weft/net/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

namespace weft::testing {

/// What happens to bytes in a fault_gate. Sizes count from the moment the faults are set, for each
/// connection and each direction on its own.
struct gate_faults {
    static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

    bool to_server = true;  ///< whether they concern what clients send
    bool to_client = true;  ///< and what the server sends
    /// How long each piece waits before it passes.
    clock::duration delay{};
    /// Bytes disappear, and the end of a stream with them; the connection stays.
    bool drop = false;
    /// Bytes that pass at once; 1: single ones.
    std::size_t largest_piece = never;
    /// Bytes that pass; the rest disappears.
    std::size_t limit = never;
    /// A bit of each n-th byte is turned; 0: of none.
    std::size_t corrupt_every = 0;
    /// Once so many bytes have passed, both sides are closed; 0: with the first byte, which does
    /// not pass. New connections are accepted.
    std::size_t close_after = never;
    /// Closing resets the connection.
    bool reset = false;
    /// Nobody is let in: connections wait in the backlog.
    bool stop_accepting = false;
    /// Connections are refused: nobody listens.
    bool refuse = false;
};

/// What a gate is made with.
struct gate_options {
    /// Where it listens; port 0: a free one.
    net::address listen = net::address::loopback_v4(0);
    /// Connections at once; more wait in the backlog.
    std::size_t max_connections = 1'000;
    /// How long connecting to the server may take.
    clock::duration connect_timeout = std::chrono::seconds(30);
    std::size_t buffer = 64 * 1024;  ///< bytes read at once
};

/// Passes TCP connections on to a server, with faults. Works from its construction to its end,
/// beside whoever made it; in a simulation, too.
///
/// Threads: only on the thread of its runtime.
class fault_gate {
public:
    /// \throws net::error  if it cannot listen.
    explicit fault_gate(const net::address& server, const gate_options& options = {});
    fault_gate(const fault_gate&) = delete;
    fault_gate& operator=(const fault_gate&) = delete;

    /// Closes all connections.
    ~fault_gate();

    /// Where clients connect.
    [[nodiscard]] const net::address& address() const noexcept;

    /// Faults from now on, for open connections and new ones.
    ///
    /// \throws net::error  if it shall listen again and cannot, since somebody has the port.
    void set(const gate_faults& faults);

    /// No faults from now on. What has disappeared stays away.
    void recover() { set({}); }

    /// Ends all connections, by a reset if wanted.
    void close_connections(bool reset = false);

    [[nodiscard]] std::size_t open_connections() const noexcept;

    /// Connections that were let in, and bytes that have passed in both directions.
    [[nodiscard]] std::uint64_t accepted() const noexcept;
    [[nodiscard]] std::uint64_t passed() const noexcept;

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

}  // namespace weft::testing
