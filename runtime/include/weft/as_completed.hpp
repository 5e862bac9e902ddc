// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/task_access.hpp>
#include <weft/detail/task_watcher.hpp>
#include <weft/detail/wait_queue.hpp>
#include <weft/task.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <vector>

namespace weft {

namespace detail {

/// The positions of tasks in the order of their ends, each given to one caller.
class completion_order final : public task_watcher {
public:
    explicit completion_order(std::size_t count);

    /// Waits for the next end; nothing once all were given.
    std::optional<std::size_t> next();

private:
    void watched_ended(task_watch& which) noexcept override;

    std::vector<std::size_t> ended_;  // room was made for all
    std::size_t given_ = 0;           // of `ended_`, from its front
    std::size_t handed_over_ = 0;     // straight to a waiting caller
    wait_queue waiting_;
};

}  // namespace detail

/// Gives tasks in the order in which they end:
///
///     for (auto& ended : as_completed(tasks)) { use(ended.get()); }
///
/// A loop that was left goes on with the next task when it is begun again. Several fibers may
/// share one as_completed; each task goes to one of them. Nothing is cancelled here, and a time
/// limit is a scope around the loop.
/// Threads:  only on the thread of its runtime.
/// Lifetime: the tasks stay where they are while this exists; their handles may be emptied.
template <class T>
class as_completed {
public:
    /// \throws usage_error  if a handle is empty or that of the calling fiber.
    explicit as_completed(std::span<task<T>> tasks) : tasks_(tasks), order_(tasks.size()) {
        for (const auto& each : tasks) {
            order_.watch(detail::task_access::state_of(each));
        }
    }
    explicit as_completed(std::vector<task<T>>& tasks) : as_completed(std::span(tasks)) {}

    /// The task that ended next; null once all were given.
    ///
    /// Blocks:       until one has ended.
    /// Cancellation: throws cancelled; no task is skipped.
    task<T>* next() {
        const auto position = order_.next();
        return position ? &tasks_[*position] : nullptr;
    }

    /// Goes through what next() returns.
    class iterator {
    public:
        using value_type = task<T>;
        using difference_type = std::ptrdiff_t;

        explicit iterator(as_completed& from) : from_(&from), current_(from.next()) {}
        task<T>& operator*() const noexcept { return *current_; }
        iterator& operator++() {
            current_ = from_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return current_ == nullptr; }

    private:
        as_completed* from_;
        task<T>* current_;
    };

    [[nodiscard]] iterator begin() { return iterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    std::span<task<T>> tasks_;
    detail::completion_order order_;
};

}  // namespace weft
