// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

struct fiber;
struct wait_set;
class wait_queue;

/// What a parked fiber waits for; part of the trace format, values are never reused.
enum class wait_reason : std::uint8_t {
    none = 0,
    sleep = 1,
    join = 2,
    mutex = 3,
    condition = 4,
    semaphore = 5,
    event = 6,
    channel_send = 7,
    channel_receive = 8,
    task_group = 9,
    io_read = 10,
    io_write = 11,
    worker = 12,
    run = 13,
    other = 14,
    select = 15,
    barrier = 16,
    limiter = 17,
    queue_put = 18,
    queue_get = 19,
    queue_join = 20,
    shared_mutex = 21,
    cross_thread_mutex = 22,
    boost_fiber = 23,
    tasks = 24,
};

/// A word for people.
[[nodiscard]] const char* name_of(wait_reason reason) noexcept;

/// One waiting fiber; lives on the stack of that fiber.
struct waiter {
    waiter* next = nullptr;
    waiter* previous = nullptr;
    wait_queue* queue = nullptr;  // where it is linked; null once woken or withdrawn
    fiber* owner = nullptr;
    void* slot = nullptr;           // where the waker puts, or takes, what is handed over
    wait_set* set = nullptr;        // where else its fiber waits; see wait_any.hpp
    const void* through = nullptr;  // the end of a channel that it came by
    bool withdrawn = false;         // cancellation took it out of the queue
};

/// Fibers that wait for one thing, first come, first served.
///
/// Invariants:
/// 1. A waiter is in the queue exactly while its fiber is parked on it and was not yet chosen.
/// 2. wake() unlinks the waiter before the fiber becomes ready, so a later cancellation finds
///    nothing to abort: what was handed over is kept.
/// 3. A cancellation unlinks the waiter at once; no waker can choose it afterwards.
class wait_queue {
public:
    wait_queue() = default;
    wait_queue(const wait_queue&) = delete;
    wait_queue& operator=(const wait_queue&) = delete;
    ~wait_queue() = default;

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] std::size_t size() const noexcept;

    /// The longest waiting fiber; null if there is none.
    [[nodiscard]] waiter* front() const noexcept { return first_; }

    /// Parks the running fiber until wake().
    ///
    /// Cancellation: throws cancelled; the waiter has left the queue.
    /// \param object  shown by tools as what is waited for.
    void wait(waiter& self, wait_reason reason, const void* object);

    /// The same where the waker hands nothing over but the wake itself. As the last call of a
    /// function it costs no frame.
    void wait(wait_reason reason, const void* object);

    /// Like wait(), but returns with `self.withdrawn` set instead of throwing.
    void wait_until_aborted(waiter& self, wait_reason reason, const void* object) noexcept;

    /// Like wait(), but cancellation does not end it.
    void wait_uncancellable(waiter& self, wait_reason reason, const void* object) noexcept;

    /// Takes `chosen` out and makes its fiber ready. Whatever goes into its slot is put there
    /// before.
    void wake(waiter& chosen) noexcept;

    /// wake() for the front. Returns whether there was one.
    bool wake_front() noexcept;
    void wake_all() noexcept;

    /// For the runtime: links and unlinks without waking.
    void push_back(waiter& added) noexcept;
    void unlink(waiter& removed) noexcept;

private:
    waiter* first_ = nullptr;
    waiter* last_ = nullptr;
};

/// Throws cancelled if the surrounding scope is cancelled, and yields when the running fiber has
/// used up its budget. Begins every blocking call, also one that then need not wait.
void checkpoint();

/// The running fiber; throws usage_error naming `what` outside fibers.
fiber& require_fiber(const char* what);

}  // namespace weft::detail
