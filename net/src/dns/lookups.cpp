// SPDX-License-Identifier: BSL-1.0
#include "dns/lookups.hpp"

#include <weft/net/error.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace weft::net::dns {

void lookup::finish(answer result) noexcept {
    result_ = std::move(result);
    done_ = true;
    for (event* listener : listeners_) {
        listener->set();
    }
}

lookups::lookups(const resolver_options& options, name_servers& servers)
    : min_ttl_(options.min_ttl),
      max_ttl_(std::max(options.min_ttl, options.max_ttl)),
      max_negative_ttl_(options.max_negative_ttl),
      servers_(servers),
      cache_(options.cache_size) {}

std::shared_ptr<lookup> lookups::begin(const question& asked) {
    if (const auto running = running_.find(asked); running != running_.end()) {
        return running->second;
    }
    auto started = std::make_shared<lookup>();
    if (auto known = cache_.find(asked)) {
        started->finish(std::move(*known));
        return started;
    }
    running_.emplace(asked, started);
    try {
        servers_.ask(asked, [this, asked](answer found) { finish(asked, std::move(found)); });
    } catch (...) {
        running_.erase(asked);
        throw;
    }
    return started;
}

void lookups::finish(const question& asked, answer found) noexcept {
    const auto running = running_.find(asked);
    if (running == running_.end()) {
        return;
    }
    const auto ended = std::move(running->second);
    running_.erase(running);
    found.ttl = time_to_remember(found);
    try {
        cache_.insert(asked, found);
    } catch (const std::bad_alloc&) {
        found.ttl = {};  // not remembered then; the answer itself is good
    }
    ended->finish(std::move(found));
}

std::chrono::seconds lookups::time_to_remember(const answer& found) const noexcept {
    if (!found.failure) {
        return std::clamp(found.ttl, min_ttl_, max_ttl_);
    }
    const bool certain = found.failure == errc::name_not_found || found.failure == errc::no_address;
    return certain ? std::min(found.ttl, max_negative_ttl_) : std::chrono::seconds(0);
}

}  // namespace weft::net::dns
