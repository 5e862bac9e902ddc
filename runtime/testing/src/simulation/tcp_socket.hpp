// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "simulation/link.hpp"
#include "simulation/simulated_socket.hpp"

#include <deque>
#include <memory>
#include <string>

namespace weft::testing::detail {

/// A TCP socket that connects, or one end of a connection.
///
/// What is sent is kept by the end that will receive it, so that an end which has closed can be
/// forgotten while its last words travel.
class tcp_socket final : public simulated_socket {
public:
    using simulated_socket::simulated_socket;

    ssize_t receive(std::span<std::byte> into, place* from, bool* cut) override;
    ssize_t send(std::span<const std::byte> from, const place* to) override;
    int connect(const place& peer) override;
    [[nodiscard]] int connect_outcome() override;
    int shutdown_write() override;
    [[nodiscard]] bool readable() const noexcept override;
    [[nodiscard]] bool writable() const noexcept override;
    void close() noexcept override;

    /// Makes the two ends of a new connection; `client` hears of it when it arrives.
    static void join(tcp_socket& client, tcp_socket& server);

    /// The connection is reset from outside, or given up by its owner, at both ends.
    void reset();

    /// This end fails with `error`.
    void fail(int error);

    [[nodiscard]] bool is_connected() const noexcept { return state_ == state::connected; }

private:
    enum class state : std::uint8_t { idle, connecting, connected, failed };
    struct segment {
        clock::time_point due;
        std::string bytes;  // empty: the end
    };

    std::shared_ptr<tcp_socket> self() {
        return std::static_pointer_cast<tcp_socket>(shared_from_this());
    }

    // Connecting.
    void knock(int attempt);
    void knock_again(int attempt);
    void established();

    // Sending.
    [[nodiscard]] std::size_t room() const noexcept;
    void send_segment(std::string bytes);
    void break_link();
    void tell_of_reset();

    // Arriving.
    void expect(segment coming);
    void arrive();
    [[nodiscard]] bool held_up();
    void take(segment& arrived);
    [[nodiscard]] std::size_t unread() const noexcept { return received_.size() - read_; }
    [[nodiscard]] int take_error() noexcept;

    state state_ = state::idle;
    std::shared_ptr<link> link_;
    std::weak_ptr<tcp_socket> other_;
    std::deque<segment> coming_;
    std::size_t coming_bytes_ = 0;
    bool arriving_ = false;  // an arrival is planned
    clock::time_point last_due_{};
    clock::time_point held_since_ = never;
    clock::duration pause_{};
    std::string received_;
    std::size_t read_ = 0;
    int error_ = 0;        // to be told once
    bool ended_ = false;   // the peer sends nothing more
    bool silent_ = false;  // this end sends nothing more
    bool closed_ = false;
};

}  // namespace weft::testing::detail
