// SPDX-License-Identifier: BSL-1.0

#include "state/runtime_state.hpp"

#include <algorithm>
#include <chrono>

#include "memory/large_memory.hpp"

namespace weft::trace_tool {
namespace {

std::uint64_t monotonic_now() noexcept {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

void read_fibers(const mapped_memory& memory, runtime_state& into) {
    const std::size_t used = std::min(into.loop.rows_used, memory.header().rows.count);
    into.fibers.reserve(std::min(into.loop.live, used) + 1);
    expect_to_fill(into.fibers.data(), into.fibers.capacity() * sizeof(trace::fiber_row));
    memory.will_read_fibers(used);
    for (std::size_t i = 0; i < used; ++i) {
        trace::fiber_row& row = into.fibers.emplace_back();  // there may be 100,000
        const bool readable = memory.fiber(i, row);
        into.unreadable += readable ? 0U : 1U;
        if (!readable || row.state == trace::row_state::unused) {
            into.fibers.pop_back();
        }
    }
}

void read_objects(const mapped_memory& memory, runtime_state& into) {
    const std::size_t used = std::min(into.loop.objects_used, memory.header().objects.count);
    for (std::size_t i = 0; i < used; ++i) {
        const auto row = memory.object(i);
        if (!row) {
            ++into.unreadable;
        } else if (row->kind != trace::object_kind::unknown) {
            into.objects.push_back({*row, memory.string(row->name)});
        }
    }
}

}  // namespace

runtime_state read_state(const mapped_memory& memory, bool live) {
    runtime_state state{memory.header(), memory.loop(), {}, {}};
    read_fibers(memory, state);
    read_objects(memory, state);
    state.now = live && state.header.virtual_time == 0 ? monotonic_now() : state.loop.turned;
    return state;
}

std::string_view name_of(const trace::fiber_row& row) noexcept {
    return (row.known & trace::row_name) != 0 ? text_of(row.name) : std::string_view{};
}

std::string_view state_of(const trace::fiber_row& row, const runtime_state& of) noexcept {
    switch (row.state) {
        case trace::row_state::created: return "created";
        case trace::row_state::parked: return "parked";
        case trace::row_state::finished: return "finished";
        case trace::row_state::ready: return of.loop.running == row.id ? "running" : "ready";
        case trace::row_state::unused: break;
    }
    return "unknown";
}

std::string_view reason_of(const trace::fiber_row& row, const runtime_state& of) noexcept {
    return row.state == trace::row_state::parked ? reason_name(row.reason, of) : std::string_view{};
}

std::string_view reason_name(std::uint8_t reason, const runtime_state& of) noexcept {
    return reason < of.header.reasons.size() ? text_of(of.header.reasons[reason])
                                             : std::string_view("unknown");
}

bool waits_for_descriptor(const trace::fiber_row& row, const runtime_state& of) noexcept {
    const auto reason = reason_of(row, of);
    return reason == "reading" || reason == "writing";
}

}  // namespace weft::trace_tool
