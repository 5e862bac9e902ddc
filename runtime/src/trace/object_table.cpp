// SPDX-License-Identifier: BSL-1.0
#include "trace/object_table.hpp"

#include "trace/blocker.hpp"
#include "trace/row_change.hpp"

#include <new>

namespace weft::detail {

trace::object_row* object_table::find(std::uint64_t address) noexcept {
    const auto found = by_address_.find(address);
    return found != by_address_.end() ? &rows_[found->second] : nullptr;
}

trace::object_row* object_table::find_or_add(std::uint64_t address) noexcept {
    if (auto* known = find(address)) {
        return known;
    }
    auto* made = take_row();
    if (made == nullptr) {
        return nullptr;
    }
    try {
        by_address_.emplace(address, static_cast<std::uint32_t>(made - rows_.data()));
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
    const row_change change(*made);
    const auto version = made->version;
    *made = {};
    made->version = version;
    made->address = address;
    return made;
}

/// An unused row, or one whose object matters least; null if there is none.
trace::object_row* object_table::take_row() noexcept {
    if (loop_.objects_used < rows_.size()) {
        return &rows_[loop_.objects_used++];
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        trace::object_row& old = rows_[next_to_reuse_++ % rows_.size()];
        if (old.waiters == 0 && old.name == 0) {
            by_address_.erase(old.address);
            return &old;
        }
    }
    return nullptr;
}

std::uint64_t object_table::contended(const fiber& waiting) noexcept {
    const std::uint64_t holder = holder_of(waiting);
    auto* row = find_or_add(address_of(waiting.wait_object));
    if (row == nullptr) {
        return holder;
    }
    const row_change change(*row);
    row->kind = trace::object_kind::lock;
    row->reason = static_cast<std::uint8_t>(waiting.reason);
    if (row->waiters++ == 0) {
        row->since = loop_.turned;
    }
    ++row->contended;
    row->owner = holder;
    return holder;
}

bool object_table::left(const fiber& woken) noexcept {
    const std::uint64_t holder = holder_of(woken);
    auto* row = find(address_of(woken.wait_object));
    if (row != nullptr && row->waiters > 0) {
        const row_change change(*row);
        --row->waiters;
        if (row->owner != holder) {
            row->owner = holder;
            row->since = loop_.turned;
        }
    }
    return holder == woken.id;
}

void object_table::set_name(const void* object, std::uint32_t name) noexcept {
    auto* row = name != 0 ? find_or_add(address_of(object)) : find(address_of(object));
    if (row == nullptr) {
        return;
    }
    const row_change change(*row);
    row->name = name;
    if (row->kind == trace::object_kind::unknown) {
        row->kind = trace::object_kind::named;
    }
}

}  // namespace weft::detail
