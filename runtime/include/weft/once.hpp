// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/wait_queue.hpp>
#include <weft/mutex.hpp>

#include <functional>
#include <mutex>
#include <utility>

namespace weft {

class once_flag;

template <class Function, class... Arguments>
void call_once(once_flag& flag, Function&& function, Arguments&&... arguments);

/// Remembers whether a call_once() has succeeded. In the shape of std::once_flag.
///
/// Threads: only on the thread of its runtime.
class once_flag {
public:
    /// Whether a call has returned.
    [[nodiscard]] bool done() const noexcept { return done_; }

private:
    template <class Function, class... Arguments>
    friend void call_once(once_flag& flag, Function&& function, Arguments&&... arguments);

    bool done_ = false;
    mutex running_;
};

/// Calls `function` unless a call with this flag has returned before. Callers that come meanwhile
/// wait; if it throws or is cancelled, the next of them tries.
///
/// Blocks:       while another fiber runs its function, and as `function` does.
/// Cancellation: throws cancelled; the call did not happen, or not to its end.
/// \throws what `function` throws; usage_error  if `function` calls it again with the same flag.
template <class Function, class... Arguments>
void call_once(once_flag& flag, Function&& function, Arguments&&... arguments) {
    if (flag.done_) {
        detail::checkpoint();
        return;
    }
    const std::lock_guard turn(flag.running_);
    if (!flag.done_) {
        std::invoke(std::forward<Function>(function), std::forward<Arguments>(arguments)...);
        flag.done_ = true;
    }
}

}  // namespace weft
