// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/worker_pool.hpp>

#include <cerrno>
#include <utility>

namespace weft::interpose {

/// Makes a call of libc on a thread of the worker pool, where it may block; errno comes back too.
///
/// Cancellation: as to_thread(): a call that has begun is waited for.
template <class Call>
auto offloaded(Call&& call) {
    const auto [result, error] = to_thread([&] {
        errno = 0;
        const auto returned = call();
        return std::pair(returned, errno);
    });
    errno = error;
    return result;
}

}  // namespace weft::interpose
