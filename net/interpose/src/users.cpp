// SPDX-License-Identifier: BSL-1.0

// getpw*, getgr*: libc reads files, or asks a service in the network, as nsswitch.conf says; a
// thread of the pool waits for the answer.

#include "fiber_call.hpp"
#include "offload.hpp"
#include "real_of.hpp"
#include "signal_waits.hpp"

#include <grp.h>
#include <pwd.h>

namespace weft::interpose {

namespace {

/// Functions that return null. Without an entry libc leaves errno at 0.
template <class Call>
auto find_entry(Call call) {
    return fiber_call<decltype(call())>(nullptr, [&] {
        note_call_begins();
        return offloaded(call);
    });
}

/// Functions that return their error.
template <class Call>
int find_entry_into(Call call) {
    const int before = errno;
    const int result = fiber_call<int>(-1, [&] {
        note_call_begins();
        return offloaded(call);
    });
    const int error = result == -1 ? errno : result;
    errno = before;
    return error;
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

passwd* getpwnam(const char* name) {
    const auto call = [=] { return real_of<&::getpwnam>("getpwnam")(name); };
    return on_fiber() ? find_entry(call) : call();
}

passwd* getpwuid(uid_t id) {
    const auto call = [=] { return real_of<&::getpwuid>("getpwuid")(id); };
    return on_fiber() ? find_entry(call) : call();
}

int getpwnam_r(const char* name, passwd* into, char* room, size_t size, passwd** found) {
    const auto call = [=] {
        return real_of<&::getpwnam_r>("getpwnam_r")(name, into, room, size, found);
    };
    return on_fiber() ? find_entry_into(call) : call();
}

int getpwuid_r(uid_t id, passwd* into, char* room, size_t size, passwd** found) {
    const auto call = [=] {
        return real_of<&::getpwuid_r>("getpwuid_r")(id, into, room, size, found);
    };
    return on_fiber() ? find_entry_into(call) : call();
}

group* getgrnam(const char* name) {
    const auto call = [=] { return real_of<&::getgrnam>("getgrnam")(name); };
    return on_fiber() ? find_entry(call) : call();
}

group* getgrgid(gid_t id) {
    const auto call = [=] { return real_of<&::getgrgid>("getgrgid")(id); };
    return on_fiber() ? find_entry(call) : call();
}

int getgrnam_r(const char* name, group* into, char* room, size_t size, group** found) {
    const auto call = [=] {
        return real_of<&::getgrnam_r>("getgrnam_r")(name, into, room, size, found);
    };
    return on_fiber() ? find_entry_into(call) : call();
}

int getgrgid_r(gid_t id, group* into, char* room, size_t size, group** found) {
    const auto call = [=] {
        return real_of<&::getgrgid_r>("getgrgid_r")(id, into, room, size, found);
    };
    return on_fiber() ? find_entry_into(call) : call();
}

int getgrouplist(const char* user, gid_t own, gid_t* into, int* count) {
    const auto call = [=] {
        return real_of<&::getgrouplist>("getgrouplist")(user, own, into, count);
    };
    if (!on_fiber()) {
        return call();
    }
    return fiber_call<int>(-1, [&] {
        note_call_begins();
        return offloaded(call);
    });
}

}  // extern "C"
