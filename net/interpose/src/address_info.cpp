// SPDX-License-Identifier: BSL-1.0

// getaddrinfo, getnameinfo. Names of hosts are found by this layer; all else about the answer is
// libc's own: flags, services, kinds of sockets, literal addresses and their errors are asked of
// libc with a literal address, which takes no time.

#include "address_order.hpp"
#include "fiber_call.hpp"
#include "host_lookup.hpp"
#include "real.hpp"
#include "resolver_offload.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

namespace weft::interpose {

namespace {

struct list_deleter {
    void operator()(addrinfo* owned) const noexcept { ::freeaddrinfo(owned); }
};
using unique_list = std::unique_ptr<addrinfo, list_deleter>;

/// What is asked of getaddrinfo().
struct wanted_addresses {
    const char* host;
    const char* service;
    addrinfo hints;

    [[nodiscard]] bool has(int flag) const noexcept { return (hints.ai_flags & flag) != 0; }
};

/// libc's answer for an address in text form.
int of_literal(const wanted_addresses& wanted, const char* text, int family, int flags,
               unique_list& into) {
    addrinfo hints = wanted.hints;
    hints.ai_family = family;
    hints.ai_flags = flags | AI_NUMERICHOST;
    addrinfo* found = nullptr;
    const int error = real.getaddrinfo(text, wanted.service, &hints, &found);
    into.reset(error == 0 ? found : nullptr);
    return error;
}

/// The families to look for: none if libc would not look, by its flags and the machine's addresses.
int family_to_find(const wanted_addresses& wanted, int& error) {
    unique_list ignored;
    const int asked = wanted.hints.ai_family;
    const int flags = wanted.hints.ai_flags & ~AI_CANONNAME;
    if (asked != AF_UNSPEC) {
        const char* const text = asked == AF_INET ? "127.0.0.1" : "::1";
        error = of_literal(wanted, text, asked, flags, ignored);
        return asked;
    }
    const bool v4 = of_literal(wanted, "127.0.0.1", asked, flags & ~AI_V4MAPPED, ignored) == 0;
    error = of_literal(wanted, "::1", asked, flags, ignored);
    const bool v6 = error == 0;
    error = v4 || v6 ? 0 : error;
    return v4 && v6 ? AF_UNSPEC : v4 ? AF_INET : AF_INET6;
}

// The name is known, but not what was asked for.
int error_of(int reason) noexcept {
    switch (reason) {
        case TRY_AGAIN: return EAI_AGAIN;
        case NO_DATA: return EAI_NODATA;
        default: return EAI_NONAME;
    }
}

addrinfo* last_of(addrinfo* list) noexcept {
    while (list->ai_next != nullptr) {
        list = list->ai_next;
    }
    return list;
}

/// libc notes in each entry what was asked for.
void note_flags(addrinfo* list, int flags) noexcept {
    for (; list != nullptr; list = list->ai_next) {
        list->ai_flags = flags;
    }
}

/// libc's answers for all addresses, one behind the other.
int list_of(const wanted_addresses& wanted, const host_record& record, unique_list& all) {
    constexpr int kept = AI_PASSIVE | AI_NUMERICSERV;
    for (const host_address& each : record.addresses) {
        unique_list part;
        const int error = of_literal(wanted, text_of(each).c_str(), each.family,
                                     wanted.hints.ai_flags & kept, part);
        if (error != 0) {
            return error;
        }
        if (all == nullptr) {
            all = std::move(part);
        } else {
            last_of(all.get())->ai_next = part.release();
        }
    }
    note_flags(all.get(), wanted.hints.ai_flags);
    if (wanted.has(AI_CANONNAME)) {
        all->ai_canonname = ::strdup(record.name.c_str());  // as libc, which frees it
        return all->ai_canonname != nullptr ? 0 : EAI_MEMORY;
    }
    return 0;
}

int look_up_host(const wanted_addresses& wanted, addrinfo** found) {
    int error = 0;
    const int family = family_to_find(wanted, error);
    if (error != 0) {
        return error;
    }
    if (family == AF_INET && !wanted.has(AI_CANONNAME) && is_literal(wanted.host)) {
        return EAI_NONAME;  // here libc is gethostbyname(), which looks up nothing of this form
    }
    const bool mapped = family == AF_INET6 && wanted.has(AI_V4MAPPED);
    found_host host = find_host(wanted.host, family, mapped, mapped && wanted.has(AI_ALL));
    if (!host.record) {
        return error_of(host.reason);
    }
    sort_as_getaddrinfo(host.record->addresses);
    unique_list all;
    error = list_of(wanted, *host.record, all);
    if (error == 0) {
        *found = all.release();
    }
    return error;
}

addrinfo hints_or_default(const addrinfo* hints) noexcept {
    addrinfo chosen{};
    chosen.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG;
    return hints != nullptr ? *hints : chosen;
}

int find_addresses(const wanted_addresses& wanted, const addrinfo* hints, addrinfo** found) {
    // Names of other alphabets are libc's business.
    const bool is_own = wanted.host != nullptr && wanted.host[0] != '\0' && is_plain(wanted.host) &&
                        !wanted.has(AI_IDN | AI_CANONIDN) && finds_hosts_itself();
    if (!is_own) {
        return offloaded_resolver(
            [&] { return real.getaddrinfo(wanted.host, wanted.service, hints, found); });
    }
    unique_list literal;
    const int error =
        of_literal(wanted, wanted.host, wanted.hints.ai_family, wanted.hints.ai_flags, literal);
    if (error != EAI_NONAME || wanted.has(AI_NUMERICHOST)) {
        note_flags(literal.get(), wanted.hints.ai_flags);
        *found = error == 0 ? literal.release() : *found;
        return error;
    }
    return look_up_host(wanted, found);
}

/// Whether libc answers without looking anything up.
bool needs_no_host(const sockaddr* address, socklen_t size, const char* host, socklen_t room,
                   int flags) noexcept {
    const bool known =
        address != nullptr && ((size >= sizeof(sockaddr_in) && address->sa_family == AF_INET) ||
                               (size >= sizeof(sockaddr_in6) && address->sa_family == AF_INET6));
    return host == nullptr || room == 0 || !known || (flags & NI_NUMERICHOST) != 0;
}

/// What getnameinfo() is asked for.
struct wanted_names {
    const sockaddr* address;
    socklen_t size;
    char* host;
    socklen_t host_room;
    char* service;
    socklen_t service_room;
    int flags;

    [[nodiscard]] host_address bytes() const noexcept {
        return address->sa_family == AF_INET
                   ? host_address_of(AF_INET,
                                     &reinterpret_cast<const sockaddr_in*>(address)->sin_addr)
                   : host_address_of(AF_INET6,
                                     &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
    }

    [[nodiscard]] int by_libc(int with) const {
        return real.getnameinfo(address, size, host, host_room, service, service_room, with);
    }
};

int find_names(const wanted_names& wanted) {
    constexpr int of_domains = NI_NOFQDN | NI_IDN;
    const host_address address = wanted.bytes();
    if ((wanted.flags & of_domains) != 0 || !finds_hosts_itself()) {
        return offloaded_resolver([&] { return wanted.by_libc(wanted.flags); });
    }
    // First what libc refuses.
    const int numeric = wanted.by_libc((wanted.flags & ~NI_NAMEREQD) | NI_NUMERICHOST);
    if (numeric != 0 && numeric != EAI_OVERFLOW) {
        return numeric;
    }
    const found_host host = find_host(address);
    if (!host.record) {
        return host.reason == TRY_AGAIN            ? EAI_AGAIN
               : (wanted.flags & NI_NAMEREQD) != 0 ? EAI_NONAME
                                                   : numeric;
    }
    const std::string& name = host.record->name;
    if (name.size() + 1 > wanted.host_room) {
        return EAI_OVERFLOW;
    }
    std::memcpy(wanted.host, name.c_str(), name.size() + 1);
    if (wanted.service == nullptr || wanted.service_room == 0) {
        return 0;
    }
    return real.getnameinfo(wanted.address, wanted.size, nullptr, 0, wanted.service,
                            wanted.service_room, wanted.flags & ~NI_NAMEREQD);
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** found) {
    if (!on_fiber()) {
        return real.getaddrinfo(host, service, hints, found);
    }
    return fiber_call<int>(EAI_SYSTEM, [&] {
        checkpoint();
        return find_addresses({host, service, hints_or_default(hints)}, hints, found);
    });
}

int getnameinfo(const sockaddr* address, socklen_t size, char* host, socklen_t host_room,
                char* service, socklen_t service_room, int flags) {
    const wanted_names wanted{address, size, host, host_room, service, service_room, flags};
    if (!on_fiber() || needs_no_host(address, size, host, host_room, flags)) {
        return wanted.by_libc(flags);
    }
    return fiber_call<int>(EAI_SYSTEM, [&] {
        checkpoint();
        return find_names(wanted);
    });
}

}  // extern "C"
