// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/queue_store.hpp>
#include <weft/detail/wait_queue.hpp>
#include <weft/error.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

namespace weft {

namespace detail {
struct selectable;
}

/// Thrown by a queue that was shut down: it takes nothing more, or has nothing left.
class queue_shut_down : public std::runtime_error {
public:
    queue_shut_down() : std::runtime_error("weft: the queue is shut down") {}
};

/// What becomes of the items in a queue that is shut down.
enum class shutdown_mode : std::uint8_t {
    drain,      ///< they can still be taken
    immediate,  ///< they are destroyed and count as done
};

/// A queue at one moment.
struct queue_statistics {
    std::size_t size;
    std::size_t limit;
    std::size_t unfinished;  ///< items put for which task_done() was not called
    std::size_t putting;     ///< fibers that wait to put
    std::size_t getting;     ///< fibers that wait to get
    bool shut_down;
};

/// A queue of work that knows when all is done; see queue, lifo_queue and priority_queue below.
///
/// Waiting fibers are served first come, first served; an item goes to exactly one of them.
/// Threads: only on the thread of its runtime.
template <class T, class Store>
class basic_queue {
public:
    /// \param limit  items at most, 1 or more.
    /// \throws std::invalid_argument  if it is 0 or was negative.
    explicit basic_queue(std::size_t limit) : limit_(limit) {
        if (limit == 0 || limit > std::numeric_limits<std::ptrdiff_t>::max()) {
            throw std::invalid_argument("queue: a limit of no items, or below 0");
        }
    }

    basic_queue(const basic_queue&) = delete;
    basic_queue& operator=(const basic_queue&) = delete;
    ~basic_queue() = default;

    /// Blocks:       while the queue is full.
    /// Cancellation: throws cancelled; the item was not put.
    /// \throws queue_shut_down  also while waiting.
    void put(T item) {
        detail::checkpoint();
        if (try_put(item)) {
            return;
        }
        detail::waiter self;
        self.slot = &item;
        putters_.wait(self, detail::wait_reason::queue_put, this);
        if (self.slot != nullptr) {
            throw queue_shut_down();
        }
    }

    /// put() if there is room. Returns whether it did; `item` is untouched if not. Never blocks.
    [[nodiscard]] bool try_put(T& item) {
        if (shut_down_) {
            throw queue_shut_down();
        }
        if (auto* waiting = getters_.front()) {
            static_cast<std::optional<T>*>(waiting->slot)->emplace(std::move(item));
            getters_.wake(*waiting);
        } else if (items_.size() < limit_) {
            items_.push(std::move(item));
        } else {
            return false;
        }
        ++unfinished_;
        return true;
    }

    /// Takes the next item.
    ///
    /// Blocks:       while the queue is empty.
    /// Cancellation: throws cancelled; no item is lost.
    /// \throws queue_shut_down  if it is empty and shut down, also while waiting.
    [[nodiscard]] T get() {
        detail::checkpoint();
        std::optional<T> taken = try_get();
        if (!taken) {
            detail::waiter self;
            self.slot = &taken;
            getters_.wait(self, detail::wait_reason::queue_get, this);
            if (!taken) {
                throw queue_shut_down();
            }
        }
        return std::move(*taken);
    }

    /// get() if there is an item. Never blocks.
    [[nodiscard]] std::optional<T> try_get() {
        if (items_.size() == 0 && shut_down_) {
            throw queue_shut_down();
        }
        return items_.size() > 0 ? std::optional<T>(take()) : std::nullopt;
    }

    /// Says that the work on an item taken before is done. Never blocks.
    /// \throws usage_error  if it is said more often than items were put.
    void task_done() {
        if (unfinished_ == 0) {
            throw usage_error("queue: task_done() more often than items were put");
        }
        finish(1);
    }

    /// Blocks:       until task_done() was said for every item put.
    /// Cancellation: throws cancelled.
    void join() {
        detail::checkpoint();
        if (unfinished_ > 0) {
            detail::waiter self;
            joiners_.wait(self, detail::wait_reason::queue_join, this);
        }
    }

    /// Takes no more items; those who wait to put, or with nothing left to get, get
    /// queue_shut_down. Idempotent, never blocks.
    void shutdown(shutdown_mode mode = shutdown_mode::drain) {
        shut_down_ = true;
        putters_.wake_all();
        getters_.wake_all();
        if (mode == shutdown_mode::immediate) {
            finish(items_.clear());
        }
    }

    [[nodiscard]] queue_statistics statistics() const noexcept {
        return {items_.size(), limit_, unfinished_, putters_.size(), getters_.size(), shut_down_};
    }

private:
    friend struct detail::selectable;

    void finish(std::size_t count) noexcept {
        unfinished_ -= count;
        if (unfinished_ == 0) {
            joiners_.wake_all();
        }
    }

    /// Takes an item and lets the one who has waited longest put another.
    T take() {
        auto* waiting = putters_.front();
        if (waiting == nullptr) {
            return items_.pop();
        }
        T taken = items_.exchange(std::move(*static_cast<T*>(waiting->slot)));
        waiting->slot = nullptr;  // tells the fiber that its item was put
        ++unfinished_;
        putters_.wake(*waiting);
        return taken;
    }

    std::size_t limit_;
    Store items_;
    std::size_t unfinished_ = 0;
    bool shut_down_ = false;
    detail::wait_queue putters_;  // only while the queue is full
    detail::wait_queue getters_;  // only while it is empty
    detail::wait_queue joiners_;
};

template <class T>
using queue = basic_queue<T, detail::fifo_store<T>>;
template <class T>
using lifo_queue = basic_queue<T, detail::lifo_store<T>>;

/// The greatest first, as in std::priority_queue; equal ones in the order in which they were put.
/// With std::greater<T> the least first, as in Python.
template <class T, class Compare = std::less<T>>
using priority_queue = basic_queue<T, detail::priority_store<T, Compare>>;

}  // namespace weft
