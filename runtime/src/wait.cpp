// SPDX-License-Identifier: BSL-1.0
#include <weft/wait.hpp>

#include <weft/detail/task_watcher.hpp>

#include <stdexcept>

namespace weft::detail {

namespace {

/// Waits for the tasks of one call.
class waiting_for_tasks final : public task_watcher {
public:
    waiting_for_tasks(const std::vector<task_state*>& tasks, wait_goal goal)
        : task_watcher(tasks.size()), goal_(goal), all_(tasks.size()), running_(all_) {
        for (auto* each : tasks) {
            watch(*each);
        }
    }

    void wait() {
        checkpoint();
        if (!satisfied()) {
            waiter self;
            waiting_.wait(self, wait_reason::tasks, this);
        }
    }

    [[nodiscard]] wait_result result() const {
        wait_result made;
        for (const auto& each : watches_) {
            (each.ended ? made.done : made.pending).push_back(position_of(each));
        }
        return made;
    }

private:
    void watched_ended(task_watch& which) noexcept override {
        --running_;
        failed_ = failed_ || which.watched->outcome == task_outcome::failed;
        if (satisfied()) {
            waiting_.wake_front();
        }
    }

    [[nodiscard]] bool satisfied() const noexcept {
        switch (goal_) {
            case wait_goal::any: return running_ < all_;
            case wait_goal::first_exception: return failed_ || running_ == 0;
            default: return running_ == 0;
        }
    }

    wait_goal goal_;
    std::size_t all_;
    std::size_t running_;
    bool failed_ = false;
    wait_queue waiting_;
};

}  // namespace

wait_result wait_for_tasks(const std::vector<task_state*>& tasks, wait_goal goal) {
    if (tasks.empty()) {
        throw std::invalid_argument("wait for tasks: there is none to wait for");
    }
    waiting_for_tasks waiting(tasks, goal);
    waiting.wait();
    return waiting.result();
}

}  // namespace weft::detail
