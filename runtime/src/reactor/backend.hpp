// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "reactor/operation.hpp"

#include <weft/clock.hpp>
#include <weft/run.hpp>

#include <cstddef>
#include <memory>

namespace weft::detail {

/// How a runtime learns what the kernel has done: the seam below weft::io.
///
/// The same verbs fit readiness (epoll) and completion (io_uring): cancel() never finishes
/// an operation, completion always comes through poll(). So no buffer dies under the kernel.
/// Threads: wake() from any thread and from signal handlers; the rest on the runtime's thread.
class backend {
public:
    backend() = default;
    backend(const backend&) = delete;
    backend& operator=(const backend&) = delete;
    virtual ~backend() = default;

    /// Begins `asked`. One that needs no wait is finished on return.
    virtual void submit(operation& asked) noexcept = 0;

    /// Asks for the end of an operation that is not finished: a later poll() finishes it as
    /// cancelled, or as what it had become before.
    virtual void cancel(operation& held) noexcept = 0;

    /// Makes the call of an operation whose owner poll() woke to do so (`owner_tries`), on its
    /// fiber. If the call would block after all, the operation is held as before.
    virtual void resume(operation&) noexcept {}

    /// Finishes what can be finished and makes the owners ready; waits for the first at most
    /// `limit`, zero: not at all. Returns how many were finished; also returns after wake().
    virtual std::size_t poll(clock::duration limit) noexcept = 0;

    /// Makes the present or next poll() return at once.
    virtual void wake() noexcept = 0;

    /// Operations held.
    [[nodiscard]] std::size_t pending() const noexcept { return pending_; }

protected:
    std::size_t pending_ = 0;
};

/// The backend that `chosen` or the environment variable WEFT_BACKEND asks for.
///
/// \throws std::system_error  if the kernel refuses; usage_error  if WEFT_BACKEND names none.
[[nodiscard]] std::unique_ptr<backend> make_backend(backend_kind chosen);

/// \throws std::system_error  if the kernel refuses.
[[nodiscard]] std::unique_ptr<backend> make_epoll_backend();

}  // namespace weft::detail
