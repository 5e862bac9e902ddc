// SPDX-License-Identifier: BSL-1.0
#include "dns/name_servers.hpp"

#include "dns/configuration.hpp"

#include <weft/net/error.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace weft::net::dns {

namespace {

constexpr std::chrono::hours longest_limit{1};

answer ended_early() {
    return {.failure = std::make_error_code(std::errc::operation_canceled)};
}

/// Whether another server may know better. What a server says of the name itself is final.
bool is_of_server(const std::error_code& failure) noexcept {
    return failure == errc::resolver_failure || failure == errc::resolver_timeout;
}

}  // namespace

/// A question under way; completed by its fiber, by shut_down(), or when its fiber ends otherwise.
struct name_servers::pending {
    pending(name_servers& all, completion told) : asker(all), done(std::move(told)) {
        asker.pending_.insert(this);
    }
    pending(const pending&) = delete;
    pending& operator=(const pending&) = delete;
    ~pending() { complete(ended_early()); }

    void complete(answer found) {
        if (asker.pending_.erase(this) != 0) {
            done(std::move(found));
        }
    }

    name_servers& asker;
    completion done;
};

name_servers::name_servers(const resolver_options& options)
    : timeout_(std::min<std::chrono::milliseconds>(options.timeout, longest_limit)),
      rounds_(options.tries) {
    if (options.tries < 1 || options.timeout < std::chrono::milliseconds(1)) {
        throw error(std::make_error_code(std::errc::invalid_argument),
                    "resolver: tries and timeout");
    }
    const bool all_given = !options.servers.empty() && options.search && options.ndots;
    auto found = all_given ? configuration() : read_configuration();
    domains_ = options.search.value_or(found.domains);
    ndots_ = options.ndots.value_or(found.ndots);
    const auto longest = std::chrono::ceil<std::chrono::milliseconds>(limit_of(rounds_ - 1));
    for (const auto& server : options.servers.empty() ? found.servers : options.servers) {
        const auto where = address::parse_endpoint(server, 53);
        servers_.push_back(std::make_shared<channel>(where, longest + std::chrono::seconds(1)));
    }
}

void name_servers::ask(const question& asked, completion done) {
    auto one = std::make_unique<pending>(*this, std::move(done));
    // Detached: a question belongs to no single one of those who wait for it.
    spawn([self = shared_from_this(), asked, one = std::move(one)] { self->pursue(asked, *one); },
          {.name = "dns question"})
        .detach();
}

void name_servers::pursue(const question& asked, pending& one) {
    try {
        one.complete(try_all(asked));
    } catch (const io_error& failed) {
        one.complete({.failure = failed.code()});
    } catch (const std::bad_alloc&) {
        one.complete({.failure = std::make_error_code(std::errc::not_enough_memory)});
    }
}

answer name_servers::try_all(const question& asked) {
    answer found{.failure = errc::resolver_failure};
    for (int round = 0; round < rounds_; ++round) {
        for (const auto& server : servers_) {
            found = try_one(*server, asked, limit_of(round));
            if (!is_of_server(found.failure)) {
                return found;
            }
        }
    }
    return found;
}

clock::duration name_servers::limit_of(int round) const noexcept {
    auto limit = timeout_;
    for (; round > 0 && limit < longest_limit; --round) {
        limit *= 2;
    }
    return std::min<clock::duration>(limit, longest_limit);
}

answer name_servers::try_one(channel& server, const question& asked, clock::duration limit) {
    const auto made = std::make_shared<attempt>();
    made->asked = asked;
    struct giving_up {
        channel& server;
        attempt& made;
        ~giving_up() { server.give_up(made); }
    } at_end{server, *made};
    server.ask(made);
    if (!move_on_after(limit, [&] { made->ended.wait(); })) {
        return {.failure = errc::resolver_timeout};
    }
    return std::move(*made->reply);
}

void name_servers::shut_down() noexcept {
    while (!pending_.empty()) {
        (*pending_.begin())->complete(ended_early());
    }
    for (const auto& server : servers_) {
        server->shut_down();
    }
}

}  // namespace weft::net::dns
