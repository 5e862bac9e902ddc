// SPDX-License-Identifier: BSL-1.0
#include "trace/fiber_table.hpp"

#include "trace/row_change.hpp"

#include <utility>

namespace weft::detail {

namespace {

std::uint64_t address(const void* what) noexcept {
    return reinterpret_cast<std::uintptr_t>(what);
}

void fill(trace::fiber_row& row, const fiber& born, std::uint64_t now) noexcept {
    row.state =
        born.state == fiber_state::created ? trace::row_state::created : trace::row_state::ready;
    row.reason = 0;
    row.kind = born.kind;
    row.cancelled = 0;
    row.id = born.id;
    row.object = 0;
    row.since = now;
    row.woken_by = 0;
    row.waits = 0;
    row.blocked_on = 0;
    row.span = born.span;
    row.parent = born.parent;
    row.control_block = address(&born);
    row.stack_low = address(born.memory.low);
    row.stack_size = born.memory.size;
    row.spawn_file = address(born.spawned_at.file_name());
    row.spawn_function = address(born.spawned_at.function_name());
    row.spawn_line = born.spawned_at.line();
    row.wait_stack = 0;
    row.born = now;
    row.name = born.name;
    row.run_ticks = 0;
    row.longest_run = 0;
}

}  // namespace

trace::fiber_row& fiber_table::take() noexcept {
    if (free_ < rows_.size()) {  // what stands in shared memory is not trusted
        trace::fiber_row& freed = rows_[free_];
        free_ = freed.parent;
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
    born.row = &take();
    const row_change change(*born.row);
    fill(*born.row, born, now);
}

void fiber_table::remove(fiber& gone) noexcept {
    --loop_.live;
    if (gone.row == &shared_) {
        return;
    }
    const row_change change(*gone.row);
    gone.row->state = trace::row_state::unused;
    gone.row->parent = std::exchange(free_, static_cast<std::uint64_t>(gone.row - rows_.data()));
}

}  // namespace weft::detail
