// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_format.hpp>

#include "fiber.hpp"
#include "trace/row_change.hpp"
#include "trace/row_head.hpp"

#include <cstdint>
#include <span>
#include <utility>

namespace weft::detail {

/// Gives every live fiber a row, as long as there are some.
///
/// Inlined by force into the few places where fibers begin and end: it is a tenth of a spawn.
///
/// Invariants:
/// 1. A row whose state is not unused belongs to exactly one live fiber.
/// 2. Fibers without a row of their own share one that nobody reads, so that whoever writes a row
///    need not ask.
class fiber_table {
public:
    fiber_table(std::span<trace::fiber_row> rows, trace::loop& counts) noexcept
        : rows_(rows), loop_(counts) {}
    fiber_table(const fiber_table&) = delete;
    fiber_table& operator=(const fiber_table&) = delete;

    /// Enters a fiber that is new here.
    /// \param now  ns.
    [[gnu::always_inline]] void add(fiber& born, trace::row_state state,
                                    std::uint64_t now) noexcept {
        ++loop_.live;
        trace::fiber_row& row = take();
        born.row = &row;
        fill(row, born, now);
        const bool named = born.name[0] != '\0';
        if (named) [[unlikely]] {
            row.name = born.name;
        }
        row_head::show_new(row, state, born.kind, named ? trace::row_name : 0);
    }

    [[gnu::always_inline]] void remove(fiber& gone) noexcept {
        --loop_.live;
        trace::fiber_row& row = *gone.row;
        if (&row != &shared_) {
            row_head::show_state(row, trace::row_state::unused);
            row.next_unused = std::exchange(free_, static_cast<std::uint64_t>(&row - rows_.data()));
        }
    }

private:
    static constexpr std::uint64_t none = ~std::uint64_t{0};

    [[gnu::always_inline]] trace::fiber_row& take() noexcept {
        if (free_ < rows_.size()) [[likely]] {  // what stands in shared memory is not trusted
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

    /// Only the first two cache lines; the head comes later.
    [[gnu::always_inline]] static void fill(trace::fiber_row& row, const fiber& born,
                                            std::uint64_t now) noexcept {
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
    }

    std::span<trace::fiber_row> rows_;
    trace::loop& loop_;
    std::uint64_t free_ = none;  // the row freed last; it names the one before
    trace::fiber_row shared_{};
};

}  // namespace weft::detail
