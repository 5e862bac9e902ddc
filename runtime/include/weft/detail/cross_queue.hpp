// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/wait_queue.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace weft::detail {

class cross_queue;
class remote_item;

/// A fiber of any runtime, or a thread without one, that waits for what any thread may bring
/// about. Lives on the stack of whoever waits.
struct cross_waiter {
    cross_waiter();
    cross_waiter(const cross_waiter&) = delete;
    cross_waiter& operator=(const cross_waiter&) = delete;
    ~cross_waiter();

    cross_waiter* next = nullptr;
    cross_waiter* previous = nullptr;
    cross_queue* queue = nullptr;  // where it is linked; null once woken or withdrawn
    std::mutex* guard = nullptr;   // of that queue
    fiber* owner = nullptr;        // null: a thread
    std::uint64_t caller;          // see caller_id()
    void* slot = nullptr;          // where the waker puts, or takes, what is handed over
    const void* through = nullptr;
    bool withdrawn = false;
    std::unique_ptr<remote_item> message;  // to the fiber's runtime; made before the wait
    std::condition_variable chosen;        // for a thread
};

/// Fibers and threads that wait for one thing, first come, first served. Whoever owns the queue
/// guards it, and itself, by a mutex, which is held during every call.
///
/// Invariants: those of wait_queue. A waiter that another thread has chosen cannot be cancelled
/// any more, though the message that wakes it is still on its way.
/// Threads: any.
class cross_queue {
public:
    cross_queue() = default;
    cross_queue(const cross_queue&) = delete;
    cross_queue& operator=(const cross_queue&) = delete;
    ~cross_queue() = default;

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] cross_waiter* front() const noexcept { return first_; }

    /// Waits until wake(), as a fiber or as a thread; the mutex is free meanwhile and held again
    /// afterwards, so whoever called wake() is done with the queue then.
    ///
    /// Cancellation: of a fiber: throws cancelled; the waiter has left the queue, and the mutex
    ///               is free.
    /// \throws std::bad_alloc  before it waits.
    void wait(cross_waiter& self, wait_reason reason, const void* object,
              std::unique_lock<std::mutex>& held);

    /// Takes `chosen` out and lets it run, wherever that is. Whatever goes into its slot is put
    /// there before.
    void wake(cross_waiter& chosen) noexcept;
    void wake_all() noexcept;

    /// For the runtime: takes a waiter out without waking it.
    void unlink(cross_waiter& removed) noexcept;

private:
    void push_back(cross_waiter& added) noexcept;

    cross_waiter* first_ = nullptr;
    cross_waiter* last_ = nullptr;
};

/// Whether another thread can end the wait of a fiber.
[[nodiscard]] bool waits_for_other_threads(const fiber& parked) noexcept;

/// A number for the running fiber, or else for the thread, that no other has.
[[nodiscard]] std::uint64_t caller_id() noexcept;

/// checkpoint() in a fiber; nothing on a thread without a runtime.
void cross_checkpoint();

}  // namespace weft::detail
