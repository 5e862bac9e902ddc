// SPDX-License-Identifier: BSL-1.0
#include "trace/snapshot.hpp"

#include "trace/processor.hpp"
#include "trace/row_change.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace weft::detail {

namespace {

// Word by word and not instrumented, for the reasons that stack_table::follow() has.
[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] void copy_words(std::byte* to,
                                                                      std::uintptr_t from,
                                                                      std::size_t bytes) noexcept {
    auto* const written = reinterpret_cast<volatile std::uint64_t*>(to);
    const auto* const read = reinterpret_cast<const std::uint64_t*>(from);
    for (std::size_t i = 0; i < bytes / sizeof(std::uint64_t); ++i) {
        written[i] = read[i];
    }
}

}  // namespace

void take_snapshot(trace::stack_snapshot& into, const fiber& interrupted,
                   const ucontext_t& context) noexcept {
    const row_change change(into);
    into.fiber = interrupted.id;
    into.time = processor::nanoseconds(CLOCK_MONOTONIC);
    into.registers = processor::registers_of(context);
    into.size = 0;
    const auto pointer = into.registers[processor::stack_pointer];
    const auto low = reinterpret_cast<std::uintptr_t>(interrupted.memory.low);
    const auto high = low + interrupted.memory.size;
    if (pointer > low && pointer < high && pointer % sizeof(std::uint64_t) == 0) {
        const auto size = std::min<std::size_t>(into.stack.size(), high - pointer);
        copy_words(into.stack.data(), pointer, size);
        into.size = static_cast<std::uint32_t>(size);
    }
}

}  // namespace weft::detail
