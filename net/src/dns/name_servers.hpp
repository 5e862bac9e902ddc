// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "dns/answer.hpp"
#include "dns/attempt.hpp"
#include "dns/channel.hpp"

#include <weft/clock.hpp>
#include <weft/net/dns.hpp>

#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

namespace weft::net::dns {

/// The name servers: asks one after the other, in rounds, each within its time.
///
/// The times are the runtime's and not those of c-ares, which would follow the real clock also
/// where time is virtual. So each server has a channel of its own, which tries once.
///
/// Invariants:
/// 1. Every question is completed exactly once, at the latest by shut_down() or the runtime's end.
/// 2. A question under way has a fiber of its own, which keeps this object alive.
class name_servers : public std::enable_shared_from_this<name_servers> {
public:
    using completion = std::function<void(answer)>;

    /// \throws net::error  as resolver's constructor.
    explicit name_servers(const resolver_options& options);
    name_servers(const name_servers&) = delete;
    name_servers& operator=(const name_servers&) = delete;
    ~name_servers() { shut_down(); }

    /// Asks until a server knows. `done`, which must not throw, is told the answer.
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

    void pursue(const question& asked, pending& one);
    [[nodiscard]] answer try_all(const question& asked);
    [[nodiscard]] clock::duration limit_of(int round) const noexcept;
    [[nodiscard]] static answer try_one(channel& server, const question& asked,
                                        clock::duration limit);

    clock::duration timeout_;
    int rounds_;
    std::vector<std::shared_ptr<channel>> servers_;
    std::unordered_set<pending*> pending_;  // each lives in its fiber
    std::vector<std::string> domains_;
    int ndots_;
};

}  // namespace weft::net::dns
