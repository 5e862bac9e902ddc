// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "dns/answer.hpp"
#include "dns/cache.hpp"
#include "dns/name_servers.hpp"

#include <weft/event.hpp>
#include <weft/net/dns.hpp>

#include <memory>
#include <unordered_map>
#include <vector>

namespace weft::net::dns {

/// One question on its way, or answered. Shared by all who ask.
class lookup {
public:
    [[nodiscard]] bool done() const noexcept { return done_; }

    /// What came of it; once done().
    [[nodiscard]] const answer& result() const noexcept { return result_; }

    /// Sets `woken` when the answer comes. Each listener is removed by its owner.
    void add_listener(event& woken) { listeners_.push_back(&woken); }
    void remove_listener(event& woken) noexcept { std::erase(listeners_, &woken); }

    /// Notes the answer and wakes all listeners.
    void finish(answer result) noexcept;

private:
    bool done_ = false;
    answer result_;
    std::vector<event*> listeners_;
};

/// Answers questions from the cache, or from the name servers: once for all who ask meanwhile.
class lookups {
public:
    lookups(const resolver_options& options, name_servers& servers);
    lookups(const lookups&) = delete;
    lookups& operator=(const lookups&) = delete;
    ~lookups() = default;

    /// The lookup for `asked`, which may be done already. It goes on when nobody waits.
    ///
    /// Blocks: never. Throws what name_servers::ask() throws.
    [[nodiscard]] std::shared_ptr<lookup> begin(const question& asked);

private:
    void finish(const question& asked, answer found) noexcept;
    [[nodiscard]] std::chrono::seconds time_to_remember(const answer& found) const noexcept;

    std::chrono::seconds min_ttl_;
    std::chrono::seconds max_ttl_;
    std::chrono::seconds max_negative_ttl_;
    name_servers& servers_;
    cache cache_;
    std::unordered_map<question, std::shared_ptr<lookup>, question_hash> running_;
};

}  // namespace weft::net::dns
