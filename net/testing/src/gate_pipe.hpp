// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/tcp.hpp>
#include <weft/testing/fault_gate.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace weft::testing::detail {

/// The faults of a gate as its pipes see them.
struct gate_state {
    gate_faults faults;
    std::uint64_t version = 0;  // of the faults
    std::uint64_t passed = 0;
};

/// One direction of a connection through a gate.
class gate_pipe {
public:
    /// \param up  whether it leads to the server.
    gate_pipe(gate_state& state, net::tcp_stream& from, net::tcp_stream& to, bool up)
        : state_(state), from_(from), to_(to), up_(up) {}

    /// Passes on until the end of the stream. Returns whether the other direction goes on.
    ///
    /// \throws net::error  when a side fails.
    bool run(std::size_t buffer);

private:
    [[nodiscard]] gate_faults faults();
    [[nodiscard]] bool pass(std::span<std::byte> bytes);
    void corrupt(std::span<std::byte> bytes, std::size_t every) const noexcept;
    void write(std::span<const std::byte> bytes, std::size_t largest);

    gate_state& state_;
    net::tcp_stream& from_;
    net::tcp_stream& to_;
    bool up_;
    std::uint64_t version_ = 0;
    std::size_t counted_ = 0;  // bytes that came since the faults were set
};

}  // namespace weft::testing::detail
