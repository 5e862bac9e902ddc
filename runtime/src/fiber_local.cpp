// SPDX-License-Identifier: BSL-1.0
#include <weft/fiber_local.hpp>

#include "borrowed_values.hpp"
#include "fiber.hpp"
#include "id_source.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <new>
#include <vector>

namespace weft::detail {

namespace {

struct entry {
    std::uint64_t variable;
    std::shared_ptr<const void> value;
};

thread_local value_share thread_values;

}  // namespace

/// Invariant: with more than one holder nothing changes in here, so that several threads may read.
struct value_table {
    value_table() = default;
    explicit value_table(const value_table& copied) : entries(copied.entries) {}
    value_table& operator=(const value_table&) = delete;
    ~value_table() {
        while (!entries.empty()) {
            entries.pop_back();
        }
    }

    [[nodiscard]] auto find(std::uint64_t variable) noexcept {
        return std::find_if(entries.begin(), entries.end(),
                            [=](const entry& each) { return each.variable == variable; });
    }

    std::atomic<std::size_t> holders{1};
    std::vector<entry> entries;  // in the order of their setting; few, so that search is fast
};

void retain(value_table& table) noexcept {
    table.holders.fetch_add(1, std::memory_order_relaxed);
}

void release(value_table& table) noexcept {
    // Acquire and release: whoever destroys has seen all that the other holders did.
    if (table.holders.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        delete &table;
    }
}

const void* value_share::peek(std::uint64_t variable) const noexcept {
    if (table_ == nullptr) {
        return nullptr;
    }
    const auto found = table_->find(variable);
    return found != table_->entries.end() ? found->value.get() : nullptr;
}

std::shared_ptr<const void> value_share::find(std::uint64_t variable) const noexcept {
    if (table_ == nullptr) {
        return nullptr;
    }
    const auto found = table_->find(variable);
    return found != table_->entries.end() ? found->value : nullptr;
}

void value_share::set(std::uint64_t variable, std::shared_ptr<const void> value) {
    if (value == nullptr && peek(variable) == nullptr) {
        return;
    }
    value_share changed;
    // Acquire pairs with release(): a former holder has finished reading.
    const bool alone = table_ != nullptr && table_->holders.load(std::memory_order_acquire) == 1;
    if (!alone) {
        changed.table_ = table_ != nullptr ? new value_table(*table_) : new value_table;
    }
    auto& table = alone ? *table_ : *changed.table_;
    const auto found = table.find(variable);
    if (found == table.entries.end()) {
        table.entries.push_back({variable, std::move(value)});
    } else if (value != nullptr) {
        found->value.swap(value);  // the old one is destroyed last: it may come back here
    } else {
        value = std::move(found->value);
        table.entries.erase(found);
    }
    if (!alone) {
        std::swap(table_, changed.table_);
    }
}

value_share& current_values() noexcept {
    return current_fiber != nullptr ? current_fiber->values : thread_values;
}

scoped_value::scoped_value(std::uint64_t variable, std::shared_ptr<const void> value)
    : variable_(variable), before_(current_values()) {
    current_values().set(variable, std::move(value));
}

scoped_value::~scoped_value() {
    value_share& now = current_values();
    try {
        now.set(variable_, before_.find(variable_));
    } catch (const std::bad_alloc&) {
        now = std::move(before_);
    }
}

std::uint64_t new_variable() noexcept {
    return next_id();
}

borrowed_values::borrowed_values(const value_share& from) noexcept
    : before_(std::exchange(thread_values, from)) {}

borrowed_values::~borrowed_values() {
    thread_values = std::move(before_);
}

}  // namespace weft::detail
