// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "offload.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

namespace weft::interpose {

/// offloaded(), with h_errno, too.
template <class Call>
auto offloaded_with_h_errno(Call&& call) {
    int reason = h_errno;
    const auto result = offloaded([&] {
        h_errno = reason;
        const auto found = call();
        reason = h_errno;
        return found;
    });
    h_errno = reason;
    return result;
}

/// Makes a call of libc's resolver on a thread of the worker pool, with the resolver state of the
/// calling thread (`_res`), which libc would use here: resolv.conf and the program have set it.
/// What the call leaves there comes back.
template <class Call>
auto offloaded_resolver(Call&& call) {
    struct __res_state& mine = _res;
    struct __res_state lent = mine;
    const unsigned long no_reload = lent.options & RES_NORELOAD;
    lent.options |= RES_NORELOAD;  // the state belongs to the thread that lends it
    const auto result = offloaded_with_h_errno([&] {
        struct __res_state& here = _res;
        const struct __res_state before = here;
        here = lent;
        const auto found = call();
        lent = here;
        here = before;
        return found;
    });
    lent.options = (lent.options & ~static_cast<unsigned long>(RES_NORELOAD)) | no_reload;
    mine = lent;
    return result;
}

}  // namespace weft::interpose
