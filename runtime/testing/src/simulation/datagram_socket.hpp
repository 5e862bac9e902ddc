// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "simulation/simulated_socket.hpp"

#include <deque>
#include <string>

namespace weft::testing::detail {

/// A UDP socket.
class datagram_socket final : public simulated_socket {
public:
    using simulated_socket::simulated_socket;

    ssize_t receive(std::span<std::byte> into, place* from, bool* cut) override;
    ssize_t send(std::span<const std::byte> from, const place* to) override;
    int connect(const place& peer) override;
    [[nodiscard]] bool readable() const noexcept override { return !inbox_.empty() || error_ != 0; }
    [[nodiscard]] bool is_datagram() const noexcept override { return true; }

    /// A datagram has come, unless the inbox is full.
    void put(const place& from, const std::string& bytes);

private:
    struct datagram {
        place from;
        std::string bytes;
    };

    void fly(const place& from, const place& to, const std::string& bytes);
    void refused();
    [[nodiscard]] static datagram_socket* at(network& in, const place& to, const place& from);

    std::deque<datagram> inbox_;
    std::size_t held_ = 0;
    int error_ = 0;
};

}  // namespace weft::testing::detail
