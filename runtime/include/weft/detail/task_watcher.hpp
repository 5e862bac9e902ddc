// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/task_state.hpp>
#include <weft/detail/wait_queue.hpp>

#include <cstddef>
#include <vector>

namespace weft::detail {

/// The place of a task_watcher among those who wait for the end of a task.
struct task_watch : waiter {
    task_state* watched = nullptr;  // valid until it has ended
    bool ended = false;
};

/// Learns of the end of several tasks; base of what waits for more than one.
///
/// Invariant: a watch is in the line of its task exactly until `ended`, so that a task whose
/// handle is gone is never touched.
class task_watcher {
public:
    task_watcher(const task_watcher&) = delete;
    task_watcher& operator=(const task_watcher&) = delete;

    /// Watches one more task, at most as many as were announced.
    ///
    /// \throws usage_error  if it is the running fiber or of another runtime.
    void watch(task_state& added);

    void stop_watching() noexcept;

    /// For the end of a fiber: tells the watcher whose place `told` is.
    static void tell(wait_queue& line, waiter& told) noexcept;

protected:
    /// \param count  how many tasks will be watched.
    explicit task_watcher(std::size_t count) { watches_.reserve(count); }
    ~task_watcher() { stop_watching(); }

    /// On the fiber that ended, or in watch() for a task that had ended before.
    virtual void watched_ended(task_watch& which) noexcept = 0;

    [[nodiscard]] std::size_t position_of(const task_watch& which) const noexcept {
        return static_cast<std::size_t>(&which - watches_.data());
    }

    std::vector<task_watch> watches_;  // in the order of watch(); never moved
};

}  // namespace weft::detail
