// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/wait_queue.hpp>
#include <weft/error.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

/// What can be chosen for a new fiber.
struct spawn_options {
    std::string_view name{};     ///< shown by tools, at most 31 bytes are kept
    std::size_t stack_size = 0;  ///< bytes of address space; 0: run_options::stack_size
};

namespace detail {

struct scope_state;
class task_state;

/// Is told when a task has ended; on the fiber that ended.
class task_observer {
public:
    virtual void task_ended(task_state& ended) noexcept = 0;

protected:
    ~task_observer() = default;
};

/// How a task ended.
enum class task_outcome : std::uint8_t { running, value, failed, cancelled };

/// What a fiber and the handle to it share. Lives on the stack of the fiber, together with the
/// function to run, so that a spawn allocates nothing.
class task_state {
public:
    task_state() = default;
    task_state(const task_state&) = delete;
    task_state& operator=(const task_state&) = delete;
    virtual ~task_state() = default;

    /// Runs the function and keeps its value; lets its exceptions pass.
    virtual void run_function() = 0;

    /// Destroys the function with what it captured.
    virtual void drop_function() noexcept = 0;

    /// Destroys the value that nobody will ask for.
    virtual void drop_value() noexcept = 0;

    fiber* owner = nullptr;
    task_observer* observer = nullptr;
    std::exception_ptr error;
    wait_queue joiners;
    task_outcome outcome = task_outcome::running;
    bool has_handle = true;  // somebody may still ask for the outcome
    bool read = false;       // somebody did, or nobody has to
};

template <class Function>
class function_task_base : public task_state {
public:
    template <class From>
    explicit function_task_base(From&& from) {
        std::construct_at(function(), std::forward<From>(from));
    }

    void drop_function() noexcept override { std::destroy_at(function()); }

protected:
    Function* function() noexcept { return std::launder(reinterpret_cast<Function*>(storage_)); }

private:
    alignas(Function) std::byte storage_[sizeof(Function)];
};

/// A task_state for a result of type T, which may be void.
template <class T>
struct task_value {
    std::optional<T> value;
};
template <>
struct task_value<void> {};

template <class Function, class T>
class function_task final : public function_task_base<Function>, public task_value<T> {
public:
    using function_task_base<Function>::function_task_base;

    void run_function() override {
        if constexpr (std::is_void_v<T>) {
            std::invoke(std::move(*this->function()));
        } else {
            this->value.emplace(std::invoke(std::move(*this->function())));
        }
    }

    void drop_value() noexcept override {
        if constexpr (!std::is_void_v<T>) {
            this->value.reset();
        }
    }
};

struct created_fiber {
    fiber* made;
    void* storage;  // for its task_state
};

/// A new fiber with room for a task_state of the given size and alignment on its stack.
///
/// \throws usage_error  outside a runtime or during its end; std::system_error  if there is no
///         memory for a stack or the limit of fibers is reached.
created_fiber create_fiber(const spawn_options& options, std::size_t size, std::size_t alignment,
                           std::source_location spawned_at);

/// Gives back a fiber that was created and never started.
void discard_fiber(fiber& created) noexcept;

/// Makes the fiber ready. `scope` is the parent of its root scope; null: none.
///
/// \throws std::bad_alloc  after destroying the task and giving back the fiber.
void start_task(fiber& created, task_state& state, scope_state* scope);

/// \throws usage_error  if it is the task of the running fiber, or of another runtime.
void require_other_fiber(const task_state& state);

bool cancel_task(task_state& state, std::string_view reason);
void join_task(task_state& state);
void detach_task(task_state& state) noexcept;

/// Cancels, joins and lets go, as the destructor of a handle does. Reports a failure never read.
void drop_task(task_state& state) noexcept;

std::uint64_t task_id(const task_state& state) noexcept;
std::string task_name(const task_state& state);

/// Throws the failure or cancellation of an ended task; marks the outcome as read.
void rethrow_outcome(task_state& state);

/// Creates a fiber for `function` and starts it.
template <class Function, class T = std::invoke_result_t<std::decay_t<Function>>>
function_task<std::decay_t<Function>, T>& launch(Function&& function, const spawn_options& options,
                                                 scope_state* scope, task_observer* observer,
                                                 std::source_location spawned_at) {
    using state_type = function_task<std::decay_t<Function>, T>;
    const auto [created, storage] =
        create_fiber(options, sizeof(state_type), alignof(state_type), spawned_at);
    state_type* state = nullptr;
    try {
        state = ::new (storage) state_type(std::forward<Function>(function));
    } catch (...) {
        discard_fiber(*created);
        throw;
    }
    state->observer = observer;
    start_task(*created, *state, scope);
    return *state;
}

}  // namespace detail
}  // namespace weft
