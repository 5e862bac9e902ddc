// SPDX-License-Identifier: BSL-1.0

// getaddrinfo, getnameinfo, gethostby...: libc's own answer, found on a worker thread. So
// nsswitch.conf, the hosts file, search domains, flags and error codes are as ever.

#include "fiber_call.hpp"
#include "offload.hpp"
#include "real.hpp"

namespace weft::interpose {

namespace {

/// h_errno belongs to a thread, too.
template <class Call>
hostent* find_host(Call call) {
    int reason = 0;
    hostent* found = fiber_call<hostent*>(nullptr, [&] {
        reason = NETDB_INTERNAL;  // unless the call is made
        return offloaded([&] {
            hostent* result = call();
            reason = h_errno;
            return result;
        });
    });
    if (found == nullptr) {
        h_errno = reason;
    }
    return found;
}

/// The forms that end in _r return an errno and take a place for the reason.
template <class Call>
int find_into(int* reason, Call call) {
    const int error = fiber_call<int>(-1, [&] { return offloaded(call); });
    if (error == -1) {
        *reason = NETDB_INTERNAL;
        return errno;
    }
    return error;
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
        return offloaded([&] { return real.getaddrinfo(host, service, hints, found); });
    });
}

int getnameinfo(const sockaddr* address, socklen_t size, char* host, socklen_t host_room,
                char* service, socklen_t service_room, int flags) {
    const auto find = [&] {
        return real.getnameinfo(address, size, host, host_room, service, service_room, flags);
    };
    if (!on_fiber() || (flags & NI_NUMERICHOST) != 0) {
        return find();
    }
    return fiber_call<int>(EAI_SYSTEM, [&] { return offloaded(find); });
}

hostent* gethostbyname(const char* name) {
    const auto find = [&] { return real.gethostbyname(name); };
    return on_fiber() ? find_host(find) : find();
}

hostent* gethostbyname2(const char* name, int family) {
    const auto find = [&] { return real.gethostbyname2(name, family); };
    return on_fiber() ? find_host(find) : find();
}

hostent* gethostbyaddr(const void* address, socklen_t size, int family) {
    const auto find = [&] { return real.gethostbyaddr(address, size, family); };
    return on_fiber() ? find_host(find) : find();
}

int gethostbyname_r(const char* name, hostent* into, char* room, size_t size, hostent** found,
                    int* reason) {
    const auto find = [&] { return real.gethostbyname_r(name, into, room, size, found, reason); };
    return on_fiber() ? find_into(reason, find) : find();
}

int gethostbyname2_r(const char* name, int family, hostent* into, char* room, size_t size,
                     hostent** found, int* reason) {
    const auto find = [&] {
        return real.gethostbyname2_r(name, family, into, room, size, found, reason);
    };
    return on_fiber() ? find_into(reason, find) : find();
}

int gethostbyaddr_r(const void* address, socklen_t length, int family, hostent* into, char* room,
                    size_t size, hostent** found, int* reason) {
    const auto find = [&] {
        return real.gethostbyaddr_r(address, length, family, into, room, size, found, reason);
    };
    return on_fiber() ? find_into(reason, find) : find();
}

}  // extern "C"
