// SPDX-License-Identifier: BSL-1.0
#include "simulation/datagram_socket.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace weft::testing::detail {

namespace {

constexpr std::size_t most_held = 208 * 1024;  // what Linux has by default, net.core.rmem_default
constexpr std::size_t longest = 65'507;
constexpr std::uint16_t name_port = 53;

}  // namespace

ssize_t datagram_socket::receive(std::span<std::byte> into, place* from, bool* cut) {
    if (inbox_.empty()) {
        const int failed = std::exchange(error_, 0);
        return failed != 0 ? -failed : -EAGAIN;
    }
    const auto taken = std::move(inbox_.front());
    inbox_.pop_front();
    held_ -= taken.bytes.size();
    const auto count = std::min(into.size(), taken.bytes.size());
    std::memcpy(into.data(), taken.bytes.data(), count);
    if (from != nullptr) {
        *from = taken.from;
    }
    if (cut != nullptr) {
        *cut = count < taken.bytes.size();
    }
    net.note("receives a datagram", number, count);
    return static_cast<ssize_t>(count);
}

ssize_t datagram_socket::send(std::span<const std::byte> from, const place* to) {
    if (error_ != 0) {
        return -std::exchange(error_, 0);
    }
    if (to == nullptr && remote.port == 0) {
        return -EDESTADDRREQ;
    }
    if (from.size() > longest) {
        return -EMSGSIZE;
    }
    const place goal = to != nullptr ? *to : remote;
    if (!bound) {
        local = net.source_for(goal).with_port(net.free_port());
        bound = true;
    }
    const place source = local.is_wildcard() ? net.source_for(goal).with_port(local.port) : local;
    net.note("sends a datagram", number, from.size(), "to " + goal.text());
    const std::string bytes(reinterpret_cast<const char*>(from.data()), from.size());
    const int copies = net.chances.chance(net.conditions.datagram_doubled) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
        if (!net.chances.chance(net.conditions.datagram_lost)) {
            fly(source, goal, bytes);
        }
    }
    return static_cast<ssize_t>(from.size());
}

void datagram_socket::fly(const place& from, const place& to, const std::string& bytes) {
    const auto& now = net.conditions;
    const auto delay = net.chances.between(now.least_latency, now.most_latency) +
                       net.chances.between(clock::duration::zero(), now.jitter);
    const std::weak_ptr<simulated_socket> sender = weak_from_this();
    net.after(delay, [&in = net, sender, from, to, bytes, delay] {
        if (in.broken.separates(from, to) || in.broken.about(to) == rules::verdict::swallowed) {
            return;
        }
        const auto asked = std::static_pointer_cast<datagram_socket>(sender.lock());
        if (auto* receiver = at(in, to, from)) {
            receiver->put(from, bytes);
        } else if (to.port == name_port && in.broken.about(to) == rules::verdict::none) {
            in.after(delay, [asked, to, reply = in.answer_for(bytes)] {
                if (asked != nullptr && !reply.empty()) {
                    asked->put(to, reply);
                }
            });
        } else if (asked != nullptr && asked->remote == to) {
            in.after(delay, [asked] { asked->refused(); });
        }
    });
}

/// A datagram came to nobody: a connected socket is told.
void datagram_socket::refused() {
    error_ = ECONNREFUSED;
    changed();
}

datagram_socket* datagram_socket::at(network& in, const place& to, const place& from) {
    datagram_socket* found = nullptr;
    in.for_each([&](simulated_socket& each) {
        if (!each.is_datagram() || !each.bound || each.local.port != to.port) {
            return;
        }
        const bool exact = each.local == to;
        const bool fits = each.local.is_wildcard() && each.local.is_v4() == to.is_v4();
        const bool wants = each.remote.port == 0 || each.remote == from;
        if (wants && (exact || (fits && found == nullptr))) {
            found = static_cast<datagram_socket*>(&each);
        }
    });
    return found;
}

void datagram_socket::put(const place& from, const std::string& bytes) {
    if (number == 0 || held_ + bytes.size() > most_held) {
        return;
    }
    held_ += bytes.size();
    inbox_.push_back({from, bytes});
    changed();
}

int datagram_socket::connect(const place& peer) {
    if (net.broken.about(peer) == rules::verdict::unreachable) {
        return -ENETUNREACH;
    }
    if (!bound || local.is_wildcard()) {
        local = net.source_for(peer).with_port(bound ? local.port : net.free_port());
        bound = true;
    }
    remote = peer;
    return 0;
}

}  // namespace weft::testing::detail
