// SPDX-License-Identifier: BSL-1.0
#include "connection_race.hpp"

#include "dns/destination_order.hpp"

#include <weft/net/dns.hpp>
#include <weft/scope.hpp>

#include <algorithm>
#include <utility>

namespace weft::net {

connection_race::connection_race(resolver& names, std::string_view host, std::uint16_t port,
                                 const connect_options& options)
    : names_(names), host_(host), port_(port), options_(options) {}

tcp_stream connection_race::run() {
    with_task_group([this](task_group& fibers) {
        fibers.spawn([this] { resolve(); }, {.name = "resolve"});
        direct(fibers);
        fibers.cancel("another attempt has won");
    });
    if (!winner_) {
        throw_failure();
    }
    return std::move(*winner_);
}

void connection_race::resolve() {
    try {
        names_.resolve_each(host_, port_, options_.wanted,
                            [this](const std::vector<address>& found) { addresses_found(found); });
    } catch (const error& failed) {
        resolve_failure_ = failed;
    }
    resolving_ = false;
    if (attempts_ == 0) {
        next_start_ = clock::now();  // nothing more to wait for
    }
    changed_.set();
}

void connection_race::addresses_found(const std::vector<address>& found) {
    queue_.add(found, dns::sort_destinations);
    if (attempts_ == 0) {
        // IPv6 starts, and IPv4 once both families are known or IPv6 is late.
        const bool both_known = next_start_ != never;
        next_start_ = queue_.has_v6() || both_known ? clock::now()
                                                    : deadline_after(options_.resolution_delay);
    }
    changed_.set();
}

void connection_race::attempt(const address& to) {
    try {
        auto connected = tcp_stream::connect(to);
        if (!winner_) {
            winner_.emplace(std::move(connected));
        }
    } catch (const error& failed) {
        failures_.push_back({to, failed.code()});
        next_start_ = clock::now();  // the next one need not wait
    }
    --running_;
    changed_.set();
}

void connection_race::direct(task_group& fibers) {
    while (!winner_ && !is_lost()) {
        if (may_start()) {
            start_next(fibers);
        } else {
            wait_for_change();
        }
    }
}

void connection_race::start_next(task_group& fibers) {
    ++attempts_;
    ++running_;
    next_start_ = deadline_after(options_.attempt_delay);
    fibers.spawn([this, to = queue_.take()] { attempt(to); }, {.name = "connect"});
}

bool connection_race::may_start() const noexcept {
    return !queue_.empty() && clock::now() >= next_start_;
}

bool connection_race::is_lost() const noexcept {
    return !resolving_ && queue_.empty() && running_ == 0;
}

void connection_race::wait_for_change() {
    (void)move_on_at(queue_.empty() ? never : next_start_, [this] { changed_.wait(); });
    changed_.clear();
}

void connection_race::throw_failure() const {
    if (attempts_ == 0 && resolve_failure_) {
        throw error(*resolve_failure_);
    }
    const auto first = failures_.front().code;
    const bool alike = std::ranges::all_of(
        failures_, [&](const failed_attempt& each) { return each.code == first; });
    throw error(alike ? first : errc::all_attempts_failed, "connect " + what_was_tried(!alike));
}

std::string connection_race::what_was_tried(bool with_causes) const {
    if (const auto& to = failures_.front().to; failures_.size() == 1 && to.host() == host_) {
        return to.to_string();
    }
    std::string text = host_ + " port " + std::to_string(port_);
    const char* separator = " (";
    for (const auto& each : failures_) {
        text += separator + each.to.to_string();
        text += with_causes ? ": " + each.code.message() : "";
        separator = "; ";
    }
    return text + ')';
}

}  // namespace weft::net
