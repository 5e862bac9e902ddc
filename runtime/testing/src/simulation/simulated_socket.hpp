// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "reactor/operation.hpp"
#include "simulation/network.hpp"
#include "simulation/place.hpp"

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <span>

namespace weft::testing::detail {

class poller;

/// A socket of the simulated network, and those who wait for it.
///
/// The verbs return what was moved, or a negated errno; -EAGAIN: it would have to wait.
class simulated_socket : public std::enable_shared_from_this<simulated_socket> {
public:
    explicit simulated_socket(network& in) : net(in) {}
    simulated_socket(const simulated_socket&) = delete;
    simulated_socket& operator=(const simulated_socket&) = delete;
    virtual ~simulated_socket() = default;

    /// \param from, cut  who sent it and whether the end was cut off; may be null.
    virtual ssize_t receive(std::span<std::byte> into, place* from, bool* cut);

    /// \param to  null: the peer.
    virtual ssize_t send(std::span<const std::byte> from, const place* to);
    virtual ssize_t accept(place& peer);

    /// Returns 0 or a negated errno, -EINPROGRESS if connect_outcome() tells later.
    virtual int connect(const place& peer);
    [[nodiscard]] virtual int connect_outcome();
    virtual int bind(const place& local);
    virtual int shutdown_write();
    [[nodiscard]] virtual bool readable() const noexcept { return false; }
    [[nodiscard]] virtual bool writable() const noexcept { return true; }
    [[nodiscard]] virtual bool is_datagram() const noexcept { return false; }

    /// The descriptor is gone.
    virtual void close() noexcept {}

    /// Does what `asked` asks for; false: it must wait.
    bool attempt(weft::detail::operation& asked);

    /// Something has come or become possible: those who wait try.
    void changed();
    void fail_waiting(int error) noexcept;

    [[nodiscard]] weft::detail::operation_list& side(bool writing) noexcept {
        return writing ? writers_ : readers_;
    }

    network& net;
    int number = 0;
    place local{};
    place remote{};
    bool bound = false;
    bool close_resets = false;
    std::weak_ptr<poller> watcher;

private:
    void serve(weft::detail::operation_list& waiting);
    [[nodiscard]] ssize_t perform(weft::detail::operation& asked);
    [[nodiscard]] ssize_t perform_connect(weft::detail::operation& asked);
    [[nodiscard]] ssize_t perform_message(weft::detail::operation& asked);

    weft::detail::operation_list readers_;
    weft::detail::operation_list writers_;
};

}  // namespace weft::testing::detail
