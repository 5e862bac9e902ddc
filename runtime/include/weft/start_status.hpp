// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/task_state.hpp>
#include <weft/detail/wait_queue.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace weft {

class task_group;

namespace detail {

/// Where task_group::start() and its child meet. Observes the child until it is ready, and then
/// leaves it to the group.
class start_record : private task_observer {
public:
    explicit start_record(task_group& group) noexcept : group_(group) {}
    start_record(const start_record&) = delete;
    start_record& operator=(const start_record&) = delete;

    void observe(task_state& child) noexcept {
        child_ = &child;
        child.observer = this;
    }

    /// Waits until the child is ready; throws if it ended instead. When cancelled, cancels the
    /// child, waits for its end and throws.
    void wait_until_ready();

    /// Whether a value is still asked for; throws usage_error after the first.
    [[nodiscard]] bool wanted() const;
    void ready() noexcept;

protected:
    ~start_record() = default;

private:
    enum class phase : std::uint8_t {
        starting,
        abandoned,  // start() was cancelled and waits for the end of the child
        ready,
        ended,  // before it was ready
    };

    void task_ended(task_state& ended) noexcept override;
    void abandon() noexcept;

    task_group& group_;
    task_state* child_ = nullptr;
    phase phase_ = phase::starting;
    std::exception_ptr error_;  // of a child that has ended
    bool failed_ = false;
    wait_queue waiting_;
};

/// A start_record that carries a T, which may be void.
template <class T>
class start_record_of final : public start_record, public task_value<T> {
public:
    using start_record::start_record;
};

}  // namespace detail

/// How a child of task_group::start() says that it is ready. Copies stand for the same start.
///
/// Threads: only on the thread of its runtime.
template <class T = void>
class start_status {
public:
    /// For the runtime.
    explicit start_status(std::shared_ptr<detail::start_record_of<T>> record) noexcept
        : record_(std::move(record)) {}

    /// Lets start() return. If that was cancelled meanwhile, nothing happens. Never blocks.
    ///
    /// \throws usage_error  if it was called before.
    void started() requires std::is_void_v<T> {
        if (record_->wanted()) {
            record_->ready();
        }
    }

    /// Lets start() return `value`. If that was cancelled meanwhile, the value is dropped. Never
    /// blocks.
    ///
    /// \throws usage_error  if it was called before.
    template <std::convertible_to<T> Value>
    void started(Value&& value) {
        if (record_->wanted()) {
            record_->value.emplace(std::forward<Value>(value));
            record_->ready();
        }
    }

private:
    std::shared_ptr<detail::start_record_of<T>> record_;
};

}  // namespace weft
