// SPDX-License-Identifier: BSL-1.0
#include "trace/fiber_table.hpp"

#include "trace/row_change.hpp"

#include <utility>

namespace weft::detail {

namespace {

/// Only the first two cache lines, unless there is more to say.
[[gnu::always_inline]] inline void fill(trace::fiber_row& row, const fiber& born,
                                        std::uint64_t now) noexcept {
    const bool named = born.name[0] != '\0';
    row.state =
        born.state == fiber_state::created ? trace::row_state::created : trace::row_state::ready;
    row.reason = 0;
    row.kind = born.kind;
    row.known = named ? trace::row_name : 0;
    row.id = born.id;
    row.object = 0;
    row.since = now;
    row.woken_by = 0;
    row.waits = 0;
    row.blocked_on = 0;
    row.span = born.span;
    row.parent = born.parent;
    row.control_block = address_of(&born);
    row.stack_low = address_of(born.memory.low);
    row.stack_size = born.memory.size;
    row.spawn_file = address_of(born.spawned_at.file_name());
    row.spawn_function = address_of(born.spawned_at.function_name());
    row.spawn_line = born.spawned_at.line();
    row.wait_stack = 0;
    row.born = now;
    if (named) {
        row.name = born.name;
    }
}

}  // namespace

trace::fiber_row& fiber_table::take() noexcept {
    if (free_ < rows_.size()) {  // what stands in shared memory is not trusted
        trace::fiber_row& freed = rows_[free_];
        free_ = freed.next_unused;
        return freed;
    }
    if (loop_.rows_used < rows_.size()) {
        return rows_[loop_.rows_used++];
    }
    ++loop_.without_row;
    return shared_;
}

void fiber_table::add(fiber& born, std::uint64_t now) noexcept {
    ++loop_.live;
    trace::fiber_row& row = take();
    born.row = &row;
    const row_change change(row);
    fill(row, born, now);
}

void fiber_table::remove(fiber& gone) noexcept {
    --loop_.live;
    trace::fiber_row& row = *gone.row;
    if (&row != &shared_) {
        row.state = trace::row_state::unused;
        row.next_unused = std::exchange(free_, static_cast<std::uint64_t>(&row - rows_.data()));
    }
}

}  // namespace weft::detail
