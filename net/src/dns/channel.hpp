// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "dns/answer.hpp"
#include "dns/ares.hpp"
#include "dns/attempt.hpp"

#include <weft/net/address.hpp>
#include <weft/scope.hpp>
#include <weft/unique_fd.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace weft::net::dns {

/// c-ares on the reactor, for one name server: sends questions, once, and delivers answers.
///
/// c-ares opens its sockets through functions of ours and says which of them it wants to read or
/// write. They are gathered in an epoll instance of the channel's own, so that one fiber, the
/// pump, waits for all of them.
///
/// c-ares keeps real time. So whoever asks keeps the time limit, in the time of the runtime, and
/// gives up; c-ares drops later, by its own clock, what was given up.
///
/// Invariants:
/// 1. The pump runs exactly while somebody waits for an answer, and keeps the channel alive.
/// 2. Every attempt that is not given up ends exactly once, at the latest by shut_down() or the
///    pump's end.
/// 3. The callback only notes what came and wakes fibers: no code of others runs inside c-ares,
///    so nobody can destroy or cancel from within.
class channel : public std::enable_shared_from_this<channel> {
public:
    /// \param longest  no attempt is waited for longer; at most a day.
    /// \throws net::error  if the machine lacks resources.
    channel(const address& server, std::chrono::milliseconds longest);
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    ~channel() { shut_down(); }

    /// Asks the name server. Sets `made->reply` and then `made->ended`, be it at once.
    ///
    /// Blocks: never.
    /// \throws what spawn() throws; nothing is under way then.
    void ask(const std::shared_ptr<attempt>& made);

    /// Ends the waiting for `made`; its answer is ignored. No effect once it has ended.
    void give_up(attempt& made) noexcept;

    /// Closes all sockets and ends all attempts with std::errc::operation_canceled. Idempotent,
    /// never blocks.
    void shut_down() noexcept;

private:
    struct held;
    struct pump_guard;

    static void answered(void* argument, int status, int timeouts, unsigned char* message,
                         int size);
    static void end(attempt& made, answer found);
    static void watch(void* self, ares_socket_t fd, int readable, int writable);

    void start_pump();
    void pump();
    void wait_for_sockets();
    void process();

    unique_channel handle_;  // null once shut down
    unique_fd poller_;
    std::size_t waited_for_ = 0;  // attempts under way
    bool pumping_ = false;
    cancel_scope* waiting_ = nullptr;  // the pump's wait, while it waits
};

}  // namespace weft::net::dns
