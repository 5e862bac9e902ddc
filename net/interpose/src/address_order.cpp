// SPDX-License-Identifier: BSL-1.0
#include "address_order.hpp"

#include <weft/unique_fd.hpp>

#include "real.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <tuple>

namespace weft::interpose {

namespace {

using bits = std::array<unsigned char, 16>;

bits bits_of(const host_address& address) noexcept {
    return address.family == AF_INET6 ? address.bytes : mapped(address).bytes;
}

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

// Where gai.conf says nothing else. Source: gai.conf(5) of glibc 2.36.
constexpr std::array<policy, 8> policies{{
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, 50, 0},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 10, 4},
    {{}, 96, 20, 3},
    {{0x20, 0x01}, 32, 40, 7},
    {{0x20, 0x02}, 16, 30, 2},
    {{0xfe, 0xc0}, 10, 40, 5},
    {{0xfc}, 7, 40, 6},
    {{}, 0, 40, 1},
}};

const policy& policy_of(const bits& address) noexcept {
    return *std::ranges::find_if(policies, [&](const policy& each) {
        return common_prefix(address, each.prefix) >= each.size;
    });
}

// Source: RFC 3484, sections 3.1 and 3.2.
int scope_of(const host_address& address) noexcept {
    constexpr int link_local = 2;
    constexpr int site_local = 5;
    constexpr int global = 14;
    const bits& shown = address.bytes;
    if (address.family == AF_INET) {
        const bool near = shown[0] == 127 || (shown[0] == 169 && shown[1] == 254);
        return near ? link_local : global;
    }
    if (shown[0] == 0xff) {
        return shown[1] & 0xf;
    }
    in6_addr native{};
    std::memcpy(&native, shown.data(), sizeof native);
    if (IN6_IS_ADDR_LINKLOCAL(&native) || IN6_IS_ADDR_LOOPBACK(&native)) {
        return link_local;
    }
    return IN6_IS_ADDR_SITELOCAL(&native) ? site_local : global;
}

sockaddr_storage native_of(const host_address& address) noexcept {
    sockaddr_storage native{};
    native.ss_family = static_cast<sa_family_t>(address.family);
    if (address.family == AF_INET) {
        std::memcpy(&reinterpret_cast<sockaddr_in&>(native).sin_addr, address.bytes.data(), 4);
    } else {
        std::memcpy(&reinterpret_cast<sockaddr_in6&>(native).sin6_addr, address.bytes.data(), 16);
    }
    return native;
}

host_address address_of(const sockaddr& native) noexcept {
    return native.sa_family == AF_INET
               ? host_address_of(AF_INET, &reinterpret_cast<const sockaddr_in&>(native).sin_addr)
               : host_address_of(AF_INET6,
                                 &reinterpret_cast<const sockaddr_in6&>(native).sin6_addr);
}

/// The address of this machine that the kernel would use; none if it finds no way.
std::optional<host_address> source_for(const host_address& to) noexcept {
    const unique_fd asking(::socket(to.family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_IP));
    sockaddr_storage native = native_of(to);
    socklen_t size = to.family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    auto* const address = reinterpret_cast<sockaddr*>(&native);
    // Port 0 is none that can be connected to on some systems.
    reinterpret_cast<sockaddr_in&>(native).sin_port = htons(1);
    if (!asking || real.connect(asking.get(), address, size) != 0 ||
        ::getsockname(asking.get(), address, &size) != 0) {
        return std::nullopt;
    }
    return address_of(*address);
}

/// The mask of the network in which this machine has an IPv4 address; 0 if it is not known.
std::uint32_t mask_of(const host_address& own) noexcept {
    ifaddrs* listed = nullptr;
    if (::getifaddrs(&listed) != 0) {
        return 0;
    }
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(listed, &::freeifaddrs);
    for (const ifaddrs* each = listed; each != nullptr; each = each->ifa_next) {
        if (each->ifa_addr != nullptr && each->ifa_netmask != nullptr &&
            each->ifa_addr->sa_family == AF_INET && address_of(*each->ifa_addr) == own) {
            return reinterpret_cast<const sockaddr_in*>(each->ifa_netmask)->sin_addr.s_addr;
        }
    }
    return 0;
}

std::uint32_t number_of(const host_address& v4) noexcept {
    std::uint32_t number = 0;
    std::memcpy(&number, v4.bytes.data(), sizeof number);
    return number;
}

/// Rule 9, the longer the better. For IPv4 glibc counts only within the network of the source.
int nearness(const host_address& to, const host_address& from) noexcept {
    if (to.family == AF_INET6) {
        return common_prefix(bits_of(to), bits_of(from));
    }
    const std::uint32_t differing = number_of(to) ^ number_of(from);
    const std::uint32_t mask = mask_of(from);
    const bool same_network = mask != 0 && (differing & mask) == 0;
    return same_network ? std::countl_zero(ntohl(differing)) : 0;
}

/// What the rules compare, the first rule first; smaller goes first. Rules 3, 4 and 7 (deprecated,
/// home and tunnel addresses) are left out: the kernel's choice of the source takes account of
/// them.
using rank = std::tuple<int, int, int, int, int>;

struct ranked_address {
    rank own_rank;
    int family;
    int near;
    host_address address;
};

ranked_address ranked(const host_address& to) noexcept {
    const auto from = source_for(to);
    const policy& goal = policy_of(bits_of(to));
    const int scope = scope_of(to);
    if (!from) {
        return {{1, 0, 0, -goal.precedence, scope}, to.family, 0, to};
    }
    const int other_scope = scope_of(*from) == scope ? 0 : 1;
    const int other_label = policy_of(bits_of(*from)).label == goal.label ? 0 : 1;
    return {
        {0, other_scope, other_label, -goal.precedence, scope}, to.family, nearness(to, *from), to};
}

bool goes_first(const ranked_address& left, const ranked_address& right) noexcept {
    if (left.own_rank != right.own_rank || left.family != right.family) {
        return left.own_rank < right.own_rank;
    }
    return left.near > right.near;
}

}  // namespace

void sort_as_getaddrinfo(std::vector<host_address>& addresses) {
    if (addresses.size() < 2) {
        return;
    }
    std::vector<ranked_address> all;
    all.reserve(addresses.size());
    for (const host_address& each : addresses) {
        all.push_back(ranked(each));
    }
    std::ranges::stable_sort(all, goes_first);
    std::ranges::transform(all, addresses.begin(), &ranked_address::address);
}

}  // namespace weft::interpose
