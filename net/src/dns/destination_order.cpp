// SPDX-License-Identifier: BSL-1.0
#include "dns/destination_order.hpp"

#include "socket.hpp"

#include <weft/net/error.hpp>
#include <weft/socket_calls.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <utility>

namespace weft::net::dns {

namespace {

constexpr std::size_t most_sorted = 64;  // each costs four system calls

using bits = std::array<std::uint8_t, 16>;

/// Both families as IPv6 addresses: IPv4 is mapped, as in the policy table.
bits bits_of(const address& shown) noexcept {
    bits all{};
    if (shown.family() == family::v6) {
        std::memcpy(all.data(), &reinterpret_cast<const sockaddr_in6*>(shown.native())->sin6_addr,
                    16);
    } else {
        all[10] = all[11] = 0xff;
        std::memcpy(all.data() + 12,
                    &reinterpret_cast<const sockaddr_in*>(shown.native())->sin_addr, 4);
    }
    return all;
}

/// How many leading bits two addresses have in common.
int common_prefix(const bits& left, const bits& right) noexcept {
    const auto [one, other] = std::ranges::mismatch(left, right);
    const int same = static_cast<int>(one - left.begin()) * 8;
    return one == left.end() ? same
                             : same + std::countl_zero(static_cast<std::uint8_t>(*one ^ *other));
}

struct policy {
    bits prefix;
    int size;
    int precedence;
    int label;
};

constexpr policy loopback{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, 50, 0};
constexpr policy ipv4{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 35, 4};

// The default policy table, the longest prefixes first. Source: RFC 6724 section 2.1.
constexpr std::array<policy, 9> policies{{
    loopback,
    ipv4,
    {{}, 96, 1, 3},
    {{0x20, 0x01}, 32, 5, 5},
    {{0x20, 0x02}, 16, 30, 2},
    {{0x3f, 0xfe}, 16, 1, 12},
    {{0xfe, 0xc0}, 10, 1, 11},
    {{0xfc}, 7, 3, 13},
    {{}, 0, 40, 1},
}};

bool fits(const bits& shown, const policy& to) noexcept {
    return common_prefix(shown, to.prefix) >= to.size;
}

const policy& policy_of(const bits& shown) noexcept {
    return *std::ranges::find_if(policies, [&](const auto& each) { return fits(shown, each); });
}

// Source: RFC 6724 sections 3.1, 3.2 and 3.4; RFC 4291 section 2.7 for multicast.
int scope_of(const bits& shown) noexcept {
    constexpr int link_local = 2;
    constexpr int site_local = 5;
    constexpr int global = 14;
    if (fits(shown, ipv4)) {  // private addresses are global ones
        const bool near = shown[12] == 127 || (shown[12] == 169 && shown[13] == 254);
        return near ? link_local : global;
    }
    if (shown[0] == 0xff) {
        return shown[1] & 0xf;
    }
    const int first_ten = (shown[0] << 8 | shown[1]) & 0xffc0;
    if (first_ten == 0xfe80 || fits(shown, loopback)) {
        return link_local;
    }
    return first_ten == 0xfec0 ? site_local : global;
}

/// The address of this machine that the kernel would use; none if it finds no way.
///
/// \throws net::error  if there is no descriptor for asking.
std::optional<address> source_for(const address& to) {
    try {
        const auto asking = open_socket(to, SOCK_DGRAM);
        auto& calls = io::socket_calls_here();
        if (calls.connect(asking.get(), to.native(), to.native_size()) != 0) {
            return {};
        }
        return local_address_of(asking.get());
    } catch (const error& failed) {
        if (failed.code() == std::errc::address_family_not_supported) {
            return {};
        }
        throw;
    }
}

}  // namespace

destination_rank rank_of(const address& to, const std::optional<address>& from) noexcept {
    const bits goal = bits_of(to);
    const int precedence = policy_of(goal).precedence;
    const int nearness = -scope_of(goal);
    if (!from) {
        return {0, 0, 0, precedence, nearness, 0};
    }
    const bits start = bits_of(*from);
    const bool same_scope = scope_of(goal) == scope_of(start);
    const bool same_label = policy_of(goal).label == policy_of(start).label;
    // Rule 9 is for IPv6 alone: IPv4 networks are so small that it would single out one of several
    // servers by chance, always the same.
    const int in_common = fits(goal, ipv4) ? 0 : common_prefix(goal, start);
    return {1, same_scope, same_label, precedence, nearness, in_common};
}

void sort_destinations(std::vector<address>& found) {
    if (found.size() < 2) {
        return;
    }
    const auto sorted = std::span(found).first(std::min(found.size(), most_sorted));
    std::vector<std::pair<destination_rank, address>> ranked;
    try {
        for (const auto& each : sorted) {
            ranked.emplace_back(rank_of(each, source_for(each)), each);
        }
    } catch (const error&) {
        return;  // half of the answers would be worse than none
    }
    std::ranges::stable_sort(ranked, std::greater(), &decltype(ranked)::value_type::first);
    std::ranges::transform(ranked, sorted.begin(), &decltype(ranked)::value_type::second);
}

}  // namespace weft::net::dns
