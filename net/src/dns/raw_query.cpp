// SPDX-License-Identifier: BSL-1.0
#include "dns/raw_query.hpp"

#include "dns/name_servers.hpp"

#include <weft/event.hpp>

#include <memory>
#include <utility>

namespace weft::net::dns {

namespace {

/// Shared with what is under way, which may end after whoever asked has given up.
struct gathered {
    explicit gathered(std::size_t count) : answers(count), missing(count) {}

    void take(std::size_t place, answer came) noexcept {
        answers[place] = std::move(came);
        if (--missing == 0) {
            complete.set();
        }
    }

    std::vector<answer> answers;
    std::size_t missing;
    event complete;
};

}  // namespace

std::vector<answer> ask_raw(const raw_servers& whom, std::span<const question> asked) {
    resolver_options options;
    options.servers = whom.servers;
    options.timeout = whom.timeout;
    options.tries = whom.tries;
    options.search.emplace();
    options.ndots = 1;
    const auto servers = std::make_shared<name_servers>(options);
    struct closing {
        name_servers& servers;
        ~closing() { servers.shut_down(); }
    } at_end{*servers};
    const auto all = std::make_shared<gathered>(asked.size());
    for (std::size_t place = 0; place < asked.size(); ++place) {
        servers->ask(asked[place],
                     [all, place](answer came) { all->take(place, std::move(came)); });
    }
    if (!asked.empty()) {
        all->complete.wait();
    }
    return std::move(all->answers);
}

}  // namespace weft::net::dns
