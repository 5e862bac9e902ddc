// SPDX-License-Identifier: BSL-1.0
#include <weft/recursive_mutex.hpp>

#include <weft/error.hpp>

#include "scheduler_inline.hpp"

namespace weft {

bool recursive_mutex::lock_at_once() {
    detail::checked_fiber();
    return try_lock();
}

bool recursive_mutex::wait_until(clock::time_point deadline) {
    if (!mutex::wait_until(deadline)) {
        return false;
    }
    depth_ = 1;
    return true;
}

void recursive_mutex::lock() {
    if (!lock_at_once()) {
        wait_until(never);
    }
}

bool recursive_mutex::try_lock() {
    if (!owned_by_caller() && !mutex::try_lock()) {
        return false;
    }
    ++depth_;
    return true;
}

void recursive_mutex::unlock() {
    if (!owned_by_caller()) {
        throw usage_error("recursive_mutex: unlock() by a fiber that does not hold it");
    }
    if (--depth_ == 0) {
        mutex::unlock();
    }
}

}  // namespace weft
