// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/value_share.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <utility>

namespace weft {

/// A variable with a value of its own in every fiber, such as the number of the request served.
///
/// A fiber begins with the values of its spawner, a function given to to_thread() or post() with
/// those of the caller, the main fiber with those of the thread that calls run(). What one of them
/// sets, only it sees, and what it starts afterwards. Where no variable is set, starting costs
/// nothing more. Meant for some tens of variables in a program, usually static ones.
///
/// A value is destroyed by the last fiber or thread that has it, at its end, the one set last
/// first; the destructor may block in a fiber, where other variables have their initial values.
/// Threads: any; a value may be read by several at the same time.
template <class T>
class fiber_local {
public:
    fiber_local() requires std::default_initializable<T> : fiber_local(T()) {}

    /// \param initial  what everybody sees who neither set nor inherited another value.
    explicit fiber_local(T initial) : initial_(std::move(initial)) {}

    fiber_local(const fiber_local&) = delete;
    fiber_local& operator=(const fiber_local&) = delete;
    ~fiber_local() = default;

    /// Lifetime: of the result: until the caller changes this variable or ends.
    [[nodiscard]] const T& get() const noexcept {
        const void* value = detail::current_values().peek(variable_);
        return value != nullptr ? *static_cast<const T*>(value) : initial_;
    }
    [[nodiscard]] const T& operator*() const noexcept { return get(); }
    [[nodiscard]] const T* operator->() const noexcept { return &get(); }

    /// Sets the value for the caller and what it starts from now on.
    ///
    /// \throws std::bad_alloc  and changes nothing.
    void set(T value) {
        detail::current_values().set(variable_, std::make_shared<const T>(std::move(value)));
    }

    /// Gives the caller the initial value back.
    void reset() { detail::current_values().set(variable_, nullptr); }

    /// set() for the lifetime of the result, which must end in the same fiber or thread.
    [[nodiscard]] detail::scoped_value scoped(T value) {
        return {variable_, std::make_shared<const T>(std::move(value))};
    }

private:
    std::uint64_t variable_ = detail::new_variable();
    T initial_;
};

}  // namespace weft
