// SPDX-License-Identifier: BSL-1.0

// gethostby...: names of hosts are found by this layer, literal addresses by libc. Where the
// machine is set up in a way that only libc can follow, its own answer is found on a worker thread.

#include <weft/fiber_local.hpp>

#include "fiber_call.hpp"
#include "host_lookup.hpp"
#include "real.hpp"
#include "resolver_offload.hpp"

#include <cstring>
#include <memory>
#include <vector>

namespace weft::interpose {

namespace {

/// What the forms without _r return: one for each fiber, as for each thread in libc.
struct kept_host {
    hostent entry{};
    std::vector<char> room;
};

/// Never destroyed: fibers end after static objects, too.
fiber_local<std::shared_ptr<kept_host>>& kept_hosts() {
    static auto& made = *new fiber_local<std::shared_ptr<kept_host>>;
    return made;
}

hostent* keep(const host_record& record, int family) {
    auto kept = std::make_shared<kept_host>();
    kept->room.resize(room_for(record));
    static_cast<void>(
        write_hostent(record, family, kept->entry, kept->room.data(), kept->room.size()));
    hostent* const result = &kept->entry;
    kept_hosts().set(std::move(kept));
    return result;
}

/// libc tells the family that it asked name servers for.
int family_of(const found_host& found, int asked) noexcept {
    return found.record ? found.record->addresses.front().family : asked;
}

template <class Find, class Call>
hostent* find_and_keep(int family, Find find, Call by_libc) {
    int reason = NETDB_INTERNAL;  // unless the call is made
    hostent* const result = fiber_call<hostent*>(nullptr, [&]() -> hostent* {
        checkpoint();
        if (!finds_hosts_itself()) {
            return offloaded_resolver([&] {
                hostent* const found = by_libc();
                reason = h_errno;
                return found;
            });
        }
        const found_host found = find();
        reason = found.reason;
        return found.record ? keep(*found.record, family_of(found, family)) : nullptr;
    });
    if (result == nullptr) {
        h_errno = reason;
    }
    return result;
}

/// The place for the answer of a form that ends in _r.
struct given_room {
    hostent* into;
    char* room;
    size_t size;
    hostent** found;
    int* reason;
};

int write_into(const found_host& host, int family, const given_room& to) {
    *to.found = nullptr;
    if (!host.record) {
        *to.reason = host.reason;
        return host.reason == TRY_AGAIN ? EAGAIN : 0;
    }
    if (!write_hostent(*host.record, family_of(host, family), *to.into, to.room, to.size)) {
        *to.reason = NETDB_INTERNAL;
        return ERANGE;
    }
    *to.found = to.into;
    return 0;
}

template <class Find, class Call>
int find_into(int family, const given_room& to, Find find, Call by_libc) {
    const int error = fiber_call<int>(-1, [&] {
        checkpoint();
        return finds_hosts_itself() ? write_into(find(), family, to) : offloaded_resolver(by_libc);
    });
    if (error == -1) {
        *to.reason = NETDB_INTERNAL;
        return errno;
    }
    return error;
}

bool is_known(int family) noexcept {
    return family == AF_INET || family == AF_INET6;
}

bool is_asked(const char* name, int family) noexcept {
    return is_known(family) && name[0] != '\0' && !is_literal(name) && on_fiber("gethostbyname");
}

bool is_asked(socklen_t size, int family) noexcept {
    return is_known(family) && size == (family == AF_INET ? 4 : 16) && on_fiber("gethostbyaddr");
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

hostent* gethostbyname2(const char* name, int family) {
    const auto by_libc = [&] { return real.gethostbyname2(name, family); };
    return is_asked(name, family) ? find_and_keep(
                                        family, [&] { return find_host(name, family); }, by_libc)
                                  : by_libc();
}

hostent* gethostbyname(const char* name) {
    const auto by_libc = [&] { return real.gethostbyname(name); };
    return is_asked(name, AF_INET) ? find_and_keep(
                                         AF_INET, [&] { return find_host(name, AF_INET); }, by_libc)
                                   : by_libc();
}

hostent* gethostbyaddr(const void* address, socklen_t size, int family) {
    const auto by_libc = [&] { return real.gethostbyaddr(address, size, family); };
    const auto find = [&] { return find_host(host_address_of(family, address)); };
    return is_asked(size, family) ? find_and_keep(family, find, by_libc) : by_libc();
}

int gethostbyname2_r(const char* name, int family, hostent* into, char* room, size_t size,
                     hostent** found, int* reason) {
    const auto by_libc = [&] {
        return real.gethostbyname2_r(name, family, into, room, size, found, reason);
    };
    const auto find = [&] { return find_host(name, family); };
    return is_asked(name, family)
               ? find_into(family, {into, room, size, found, reason}, find, by_libc)
               : by_libc();
}

int gethostbyname_r(const char* name, hostent* into, char* room, size_t size, hostent** found,
                    int* reason) {
    const auto by_libc = [&] {
        return real.gethostbyname_r(name, into, room, size, found, reason);
    };
    const auto find = [&] { return find_host(name, AF_INET); };
    return is_asked(name, AF_INET)
               ? find_into(AF_INET, {into, room, size, found, reason}, find, by_libc)
               : by_libc();
}

int gethostbyaddr_r(const void* address, socklen_t length, int family, hostent* into, char* room,
                    size_t size, hostent** found, int* reason) {
    const auto by_libc = [&] {
        return real.gethostbyaddr_r(address, length, family, into, room, size, found, reason);
    };
    const auto find = [&] { return find_host(host_address_of(family, address)); };
    return is_asked(length, family)
               ? find_into(family, {into, room, size, found, reason}, find, by_libc)
               : by_libc();
}

}  // extern "C"
