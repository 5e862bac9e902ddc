// SPDX-License-Identifier: BSL-1.0
#include "remote_queue.hpp"

#include <weft/task.hpp>

#include "fork_guard.hpp"
#include "scheduler.hpp"

#include <system_error>
#include <utility>

namespace weft {

namespace detail {

namespace {

/// Starts a fiber for a posted function.
class posted_item final : public remote_item {
public:
    explicit posted_item(std::unique_ptr<posted> function)
        : function_(std::move(function)), values_(current_values()) {}

    void arrive(scheduler& at) noexcept override {
        try {
            auto& started = launch([function = std::move(function_)] { function->execute(); }, {},
                                   nullptr, nullptr, std::source_location::current());
            started.has_handle = false;
            started.owner->values = std::move(values_);
        } catch (...) {
            at.report(error_kind::unhandled_exception, nullptr, "a posted function was not run",
                      std::current_exception());
        }
    }

private:
    std::unique_ptr<posted> function_;
    value_share values_;  // of whoever posted it
};

}  // namespace

remote_queue::remote_queue(backend& woken, std::size_t limit)
    : woken_(&woken), limit_(limit), made_in_(fork_generation()) {}

remote_queue::outcome remote_queue::push(std::unique_ptr<remote_item> item, bool always) noexcept {
    if (made_in_ != fork_generation()) {
        return outcome::closed;  // whoever held the guard when the process forked is not here
    }
    const std::lock_guard lock(guard_);
    if (woken_ == nullptr) {
        return outcome::closed;
    }
    if (!always && count_ >= limit_) {
        return outcome::full;
    }
    remote_item* added = item.get();
    (first_ == nullptr ? first_ : last_->next) = std::move(item);
    last_ = added;
    ++count_;
    has_items_.store(true, std::memory_order_release);
    // Under the guard: close() must not let the backend die meanwhile.
    woken_->wake();
    return outcome::taken;
}

/// With the guard held.
std::unique_ptr<remote_item> remote_queue::take_all() noexcept {
    count_ = 0;
    last_ = nullptr;
    has_items_.store(false, std::memory_order_release);
    return std::move(first_);
}

void remote_queue::refuse(outcome why) {
    if (why == outcome::full) {
        throw std::system_error(EAGAIN, std::generic_category(),
                                "runtime_handle: run_options::max_posted functions wait");
    }
    throw usage_error("runtime_handle: the runtime has ended");
}

void remote_queue::deliver(scheduler& at) noexcept {
    std::unique_lock lock(guard_);
    auto arrived = take_all();
    lock.unlock();
    while (arrived != nullptr) {
        arrived->arrive(at);
        arrived = std::exchange(arrived->next, nullptr);
    }
}

void remote_queue::close() noexcept {
    std::unique_lock lock(guard_);
    woken_ = nullptr;
    auto dropped = take_all();
    lock.unlock();
    while (dropped != nullptr) {  // one by one: the list may be too long for recursion
        dropped = std::exchange(dropped->next, nullptr);
    }
}

}  // namespace detail

void runtime_handle::send(std::unique_ptr<detail::posted> function) const {
    const auto sent = queue_->push(std::make_unique<detail::posted_item>(std::move(function)));
    if (sent != detail::remote_queue::outcome::taken) {
        detail::remote_queue::refuse(sent);
    }
}

runtime_handle current_runtime() {
    return runtime_handle(detail::require_fiber("current_runtime").home->remote());
}

}  // namespace weft
