// SPDX-License-Identifier: BSL-1.0

// res_*: libc's own resolver, on a thread of the pool, with the state of the caller.

#include "fiber_call.hpp"
#include "real_of.hpp"
#include "resolver_offload.hpp"

namespace weft::interpose {

namespace {

/// On the state that belongs to the calling thread.
template <class Call>
int ask(const char* function, Call call) {
    if (!on_fiber(function)) {
        return call();
    }
    return fiber_call<int>(-1, [&] {
        checkpoint();
        return offloaded_resolver(call);
    });
}

/// On a state of the caller's own.
template <class Call>
int ask_with(const char* function, Call call) {
    if (!on_fiber(function)) {
        return call();
    }
    return fiber_call<int>(-1, [&] {
        checkpoint();
        return offloaded_with_h_errno(call);
    });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int res_query(const char* name, int kind, int type, unsigned char* into, int size) noexcept {
    return ask("res_query",
               [=] { return real_of<&::res_query>("res_query")(name, kind, type, into, size); });
}

int res_search(const char* name, int kind, int type, unsigned char* into, int size) noexcept {
    return ask("res_search",
               [=] { return real_of<&::res_search>("res_search")(name, kind, type, into, size); });
}

int res_querydomain(const char* name, const char* domain, int kind, int type, unsigned char* into,
                    int size) noexcept {
    return ask("res_querydomain", [=] {
        return real_of<&::res_querydomain>("res_querydomain")(name, domain, kind, type, into, size);
    });
}

int res_send(const unsigned char* message, int length, unsigned char* into, int size) noexcept {
    return ask("res_send",
               [=] { return real_of<&::res_send>("res_send")(message, length, into, size); });
}

int res_nquery(res_state state, const char* name, int kind, int type, unsigned char* into,
               int size) noexcept {
    return ask_with("res_nquery", [=] {
        return real_of<&::res_nquery>("res_nquery")(state, name, kind, type, into, size);
    });
}

int res_nsearch(res_state state, const char* name, int kind, int type, unsigned char* into,
                int size) noexcept {
    return ask_with("res_nsearch", [=] {
        return real_of<&::res_nsearch>("res_nsearch")(state, name, kind, type, into, size);
    });
}

int res_nquerydomain(res_state state, const char* name, const char* domain, int kind, int type,
                     unsigned char* into, int size) noexcept {
    return ask_with("res_nquerydomain", [=] {
        return real_of<&::res_nquerydomain>("res_nquerydomain")(state, name, domain, kind, type,
                                                                into, size);
    });
}

int res_nsend(res_state state, const unsigned char* message, int length, unsigned char* into,
              int size) noexcept {
    return ask_with("res_nsend", [=] {
        return real_of<&::res_nsend>("res_nsend")(state, message, length, into, size);
    });
}

}  // extern "C"
