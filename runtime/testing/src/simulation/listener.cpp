// SPDX-License-Identifier: BSL-1.0
#include "simulation/listener.hpp"

#include <algorithm>
#include <utility>

namespace weft::testing::detail {

listener::listener(network& in, const place& at, int backlog)
    : simulated_socket(in), most_(static_cast<std::size_t>(std::max(backlog, 0)) + 1) {
    local = at;
    bound = true;
}

listener* listener::at(network& in, const place& where) noexcept {
    listener* found = nullptr;
    in.for_each([&](simulated_socket& each) {
        auto* listening = dynamic_cast<listener*>(&each);
        if (listening == nullptr || each.local.port != where.port) {
            return;
        }
        const bool exact = each.local == where;
        const bool fits = each.local.is_wildcard() && each.local.is_v4() == where.is_v4();
        if (exact || (fits && found == nullptr)) {
            found = listening;
        }
    });
    return found;
}

void listener::add(std::shared_ptr<tcp_socket> arrived) {
    waiting_.push_back(std::move(arrived));
    changed();
}

ssize_t listener::accept(place& peer) {
    if (waiting_.empty()) {
        return -EAGAIN;
    }
    auto accepted = std::move(waiting_.front());
    waiting_.pop_front();
    peer = accepted->remote;
    const int made = net.add(std::move(accepted));
    net.note("accepted from", made, peer.port, peer.text());
    return made;
}

void listener::close() noexcept {
    for (const auto& each : std::exchange(waiting_, {})) {
        each->reset();
    }
}

}  // namespace weft::testing::detail
