// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "dns/answer.hpp"

#include <weft/clock.hpp>
#include <weft/net/dns.hpp>
#include <weft/scope.hpp>
#include <weft/unique_fd.hpp>

#include <ares.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weft::net::dns {

/// c-ares on the reactor: sends questions and delivers answers.
///
/// c-ares opens its sockets through functions of ours and says which of them it wants to read or
/// write. They are gathered in an epoll instance of the channel's own, so that one fiber, the
/// pump, waits for all of them and for the next timeout.
///
/// Invariants:
/// 1. The pump runs exactly while a question is pending, and keeps the channel alive.
/// 2. Every question is completed exactly once, at the latest by shut_down() or the pump's end.
/// 3. A completion only notes what came and wakes fibers: no code of others runs inside c-ares,
///    so nobody can destroy or cancel from within.
class channel : public std::enable_shared_from_this<channel> {
public:
    using completion = std::function<void(answer)>;

    /// \throws net::error  as resolver's constructor.
    explicit channel(const resolver_options& options);
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    ~channel() { shut_down(); }

    /// Asks the name servers. `done`, which must not throw, is told the answer.
    ///
    /// Blocks: never.
    /// \throws what spawn() throws; nothing is pending then.
    void ask(const question& asked, completion done);

    /// Closes all sockets and completes all questions with std::errc::operation_canceled.
    /// Idempotent, never blocks.
    void shut_down() noexcept;

    /// Search domains and dots of the system's configuration.
    [[nodiscard]] const std::vector<std::string>& domains() const noexcept { return domains_; }
    [[nodiscard]] int ndots() const noexcept { return ndots_; }

private:
    struct pending;
    struct pump_guard;

    static void answered(void* argument, int status, int timeouts, unsigned char* message,
                         int size);
    static void watch(void* self, ares_socket_t fd, int readable, int writable);

    void configure(const resolver_options& options);
    void read_configuration(const resolver_options& options);
    void start_pump();
    void pump();
    void wait_for_sockets();
    void process();
    [[nodiscard]] clock::time_point next_timeout() const;

    ares_channel handle_ = nullptr;  // null once shut down
    unique_fd poller_;
    std::size_t pending_ = 0;
    bool pumping_ = false;
    cancel_scope* waiting_ = nullptr;  // the pump's wait, while it waits
    std::vector<std::string> domains_;
    int ndots_ = 1;
};

}  // namespace weft::net::dns
