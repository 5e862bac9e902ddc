// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "simulation/tcp_socket.hpp"

#include <deque>
#include <memory>

namespace weft::testing::detail {

/// A listening TCP socket.
class listener final : public simulated_socket {
public:
    /// \param backlog  connections that wait to be accepted, at most; one more fits, as on Linux.
    listener(network& in, const place& at, int backlog);

    /// Who listens there; null: nobody.
    [[nodiscard]] static listener* at(network& in, const place& where) noexcept;

    [[nodiscard]] bool has_room() const noexcept { return waiting_.size() < most_; }
    void add(std::shared_ptr<tcp_socket> arrived);

    ssize_t accept(place& peer) override;
    [[nodiscard]] bool readable() const noexcept override { return !waiting_.empty(); }
    void close() noexcept override;

private:
    std::size_t most_;
    std::deque<std::shared_ptr<tcp_socket>> waiting_;
};

}  // namespace weft::testing::detail
