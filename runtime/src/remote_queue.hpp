// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/posted.hpp>

#include "reactor/backend.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

namespace weft::detail {

class scheduler;

/// Something that another thread brings to a runtime.
class remote_item {
public:
    remote_item() = default;
    remote_item(const remote_item&) = delete;
    remote_item& operator=(const remote_item&) = delete;
    virtual ~remote_item() = default;

    /// On the runtime's thread, between two fibers: must not block.
    virtual void arrive(scheduler& at) noexcept = 0;

    std::unique_ptr<remote_item> next;  // kept by the queue
};

/// The way into a runtime for other threads. Outlives the runtime, and refuses then.
///
/// Threads: push() from any; the rest on the runtime's thread.
class remote_queue {
public:
    /// \param limit  items at most, besides those that must not be refused.
    remote_queue(backend& woken, std::size_t limit);

    enum class outcome { taken, full, closed };

    /// Queues `item` and wakes the runtime. With `always`, the limit does not count.
    outcome push(std::unique_ptr<remote_item> item, bool always = false) noexcept;

    /// Throws for an outcome that is not `taken`.
    [[noreturn]] static void refuse(outcome why);

    [[nodiscard]] bool has_items() const noexcept {
        return has_items_.load(std::memory_order_acquire);
    }

    /// Lets all items arrive, in order.
    void deliver(scheduler& at) noexcept;

    /// Refuses from now on and destroys what is queued.
    void close() noexcept;

private:
    std::unique_ptr<remote_item> take_all() noexcept;

    std::mutex guard_;
    backend* woken_;  // null: closed
    std::size_t limit_;
    unsigned made_in_;  // fork_generation(): in others the backend is another process's
    std::unique_ptr<remote_item> first_;  // a list, so that push() allocates nothing
    remote_item* last_ = nullptr;
    std::size_t count_ = 0;
    std::atomic<bool> has_items_{false};  // may be read without the guard
};

}  // namespace weft::detail
