// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace weft::detail {

/// Values of fiber_local variables, shared by all who have not changed any since.
struct value_table;

void retain(value_table& table) noexcept;

/// The last holder destroys the values, the one set last first.
void release(value_table& table) noexcept;

/// A holder of a value_table; of none while no variable was set, so that copying costs next to
/// nothing where fiber_local is not used.
///
/// Threads: each holder belongs to one thread; the table and the values may be shared by several.
class value_share {
public:
    value_share() noexcept = default;
    value_share(const value_share& other) noexcept : table_(other.table_) {
        if (table_ != nullptr) {
            retain(*table_);
        }
    }
    value_share(value_share&& other) noexcept : table_(std::exchange(other.table_, nullptr)) {}
    value_share& operator=(value_share other) noexcept {
        std::swap(table_, other.table_);
        return *this;
    }
    ~value_share() {
        if (table_ != nullptr) {
            release(*table_);
        }
    }

    [[nodiscard]] bool empty() const noexcept { return table_ == nullptr; }

    /// Null if the variable was not set.
    [[nodiscard]] std::shared_ptr<const void> find(std::uint64_t variable) const noexcept;

    /// The value itself; valid as long as this holder has it.
    [[nodiscard]] const void* peek(std::uint64_t variable) const noexcept;

    /// Sets a value, or with null removes it, for this holder alone.
    ///
    /// \throws std::bad_alloc  and changes nothing.
    void set(std::uint64_t variable, std::shared_ptr<const void> value);

private:
    value_table* table_ = nullptr;
};

/// What the running fiber sees; outside fibers what this thread sees.
[[nodiscard]] value_share& current_values() noexcept;

/// What fiber_local::scoped() returns: sets a value for a lifetime.
class [[nodiscard]] scoped_value {
public:
    scoped_value(std::uint64_t variable, std::shared_ptr<const void> value);
    scoped_value(const scoped_value&) = delete;
    scoped_value& operator=(const scoped_value&) = delete;

    /// Without memory for that, all variables get back what they had at the beginning.
    ~scoped_value();

private:
    std::uint64_t variable_;
    value_share before_;
};

/// A number for a new variable, unique in this process.
[[nodiscard]] std::uint64_t new_variable() noexcept;

}  // namespace weft::detail
