// SPDX-License-Identifier: BSL-1.0
#include "recording/chunk_builder.hpp"

#include <algorithm>

#include "analysis/tick_scale.hpp"
#include "recording/clock.hpp"
#include "recording/own_events.hpp"
#include "state/runtime_state.hpp"

namespace weft::trace_tool {

namespace {

constexpr std::size_t events_of_a_chunk = 100'000;  // about 1 MiB before it is compressed

program_info describe(const trace::header& header) {
    program_info program{header.process,
                         header.thread,
                         header.process_started,
                         header.ticks,
                         header.virtual_time != 0,
                         std::string(text_of(header.program)),
                         std::string(text_of(header.engine)),
                         {}};
    for (const auto& reason : header.reasons) {
        program.reasons.emplace_back(text_of(reason));
    }
    while (!program.reasons.empty() && program.reasons.back().empty()) {
        program.reasons.pop_back();
    }
    return program;
}

// The members of an event that name something.
std::uint32_t string_of(const trace::event& of) {
    using trace::event_type;
    switch (of.type) {
        case event_type::spawned:
        case event_type::named:
        case event_type::span_began:
        case event_type::mark:
        case event_type::counter:
        case event_type::snapshot:
        case event_type::work_began:
        case event_type::result_lost: return of.x;
        default: return 0;
    }
}

std::uint32_t stack_of(const trace::event& of) {
    using trace::event_type;
    switch (of.type) {
        case event_type::spawned:
        case event_type::switched:
        case event_type::stalled: return of.stack;
        default: return 0;
    }
}

}  // namespace

chunk_builder::chunk_builder(const mapped_memory& memory, pid_t process)
    : memory_(memory), constants_(process), program_(describe(memory.header())), modules_(process) {
    begin();
}

void chunk_builder::add_gap(std::size_t before, std::uint64_t lost) {
    if (lost == 0) {
        return;
    }
    if (!next_.gaps.empty() && next_.gaps.back().before == before) {
        next_.gaps.back().lost += lost;
    } else {
        next_.gaps.push_back({before, lost});
    }
}

void chunk_builder::add_sample(const trace::event& taken,
                               const std::vector<std::uint64_t>& frames) {
    constexpr std::size_t most_stacks = 100'000;
    auto& added = next_.events.emplace_back(taken);
    const auto known = own_stacks_.find(frames);
    if (known == own_stacks_.end() && own_stacks_.size() >= most_stacks) {
        return;  // without its stack
    }
    const auto number = first_own_stack + static_cast<std::uint32_t>(own_stacks_.size());
    added.stack = own_stacks_.try_emplace(frames, number).first->second;
    next_.stacks.try_emplace(added.stack, recorded_stack{frames, false});
}

bool chunk_builder::full() const noexcept {
    constexpr std::size_t events_as_large_as_a_row = 4;
    return next_.events.size() >=
           std::max(events_of_a_chunk, next_.rows.size() * events_as_large_as_a_row);
}

chunk chunk_builder::take() {
    next_.ended = clock_now(program_.ticks);
    next_.modules = modules_.now();
    add_named();
    add_objects();
    begin_with_first_event();
    chunk taken = std::exchange(next_, {});
    begin();
    return taken;
}

void chunk_builder::begin() {
    next_.program = program_;
    next_.began = clock_now(program_.ticks);
    const auto used = memory_.loop().rows_used;
    const auto count = std::min(used, memory_.header().rows.count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto row = memory_.fiber(i);
        if (row && row->state != trace::row_state::unused) {
            add_row(*row);
        }
    }
}

// Of what was in the ring before, the rows are of a later moment than the events: interval_builder
// sees that by their times.
void chunk_builder::begin_with_first_event() {
    if (next_.events.empty() || next_.events.front().time >= next_.began.ticks) {
        return;
    }
    const auto& started = memory_.header().started;
    const tick_scale scale(started, next_.began);
    const auto earlier = scale.duration(next_.began.ticks - next_.events.front().time);
    next_.began.ticks = next_.events.front().time;
    next_.began.monotonic -= std::min(next_.began.monotonic, earlier);
    next_.began.real -= std::min(next_.began.real, earlier);
}

void chunk_builder::add_row(const trace::fiber_row& row) {
    auto& added = next_.rows.emplace_back(row);
    added.name.back() = '\0';
    if ((row.known & trace::row_name) == 0) {
        added.name.fill('\0');  // it is that of a fiber which had the row before
    }
    if ((row.known & trace::row_ticks) == 0) {
        added.run_ticks = added.longest_run = 0;
    }
    add_constant(row.spawn_file);
    add_constant(row.spawn_function);
    add_stack(row.wait_stack);
}

void chunk_builder::add_constant(std::uint64_t address) {
    if (address != 0 && !next_.constants.contains(address)) {
        next_.constants.emplace(address, constants_.constant_string(address));
    }
}

void chunk_builder::add_objects() {
    const auto used = std::min(memory_.loop().objects_used, memory_.header().objects.count);
    for (std::size_t i = 0; i < used; ++i) {
        const auto row = memory_.object(i);
        if (row && row->kind != trace::object_kind::unknown) {
            next_.objects.push_back(*row);
            add_string(row->name);
        }
    }
}

void chunk_builder::add_named() {
    for (const auto& each : next_.events) {
        add_string(string_of(each));
        add_stack(stack_of(each));
    }
}

void chunk_builder::add_string(std::uint32_t number) {
    if (number != 0 && !next_.strings.contains(number)) {
        next_.strings.emplace(number, memory_.string(number));
    }
}

void chunk_builder::add_stack(std::uint32_t number) {
    if (number != 0 && !next_.stacks.contains(number)) {
        auto read = memory_.stack_of(number);
        next_.stacks.emplace(number, recorded_stack{std::move(read.frames), read.truncated});
    }
}

}  // namespace weft::trace_tool
