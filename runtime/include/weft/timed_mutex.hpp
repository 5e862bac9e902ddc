// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/timed_lock.hpp>
#include <weft/mutex.hpp>

namespace weft {

/// A mutex with try_lock_for() and try_lock_until(); see mutex and detail::timed_lock.
class timed_mutex : public detail::timed_lock<mutex> {};

}  // namespace weft
