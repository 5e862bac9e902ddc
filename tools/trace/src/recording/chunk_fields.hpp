// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The numbers of the fields in a packed chunk. They are never reused.

#include "recording/chunk.hpp"
#include "recording/columns.hpp"

#include <array>

namespace weft::trace_tool {

// Of the chunk.
namespace chunk_field {
inline constexpr protozero::pbf_tag_type program = 1;
inline constexpr protozero::pbf_tag_type module = 2;  // repeated
inline constexpr protozero::pbf_tag_type string = 3;  // repeated
inline constexpr protozero::pbf_tag_type stack = 4;   // repeated
inline constexpr protozero::pbf_tag_type rows = 5;
inline constexpr protozero::pbf_tag_type gaps = 6;
inline constexpr protozero::pbf_tag_type events = 7;
inline constexpr protozero::pbf_tag_type constant = 8;  // repeated; as a string, by address
inline constexpr protozero::pbf_tag_type objects = 9;
}  // namespace chunk_field

namespace program_field {
inline constexpr protozero::pbf_tag_type process = 1;
inline constexpr protozero::pbf_tag_type thread = 2;
inline constexpr protozero::pbf_tag_type process_started = 3;
inline constexpr protozero::pbf_tag_type ticks = 4;
inline constexpr protozero::pbf_tag_type virtual_time = 5;
inline constexpr protozero::pbf_tag_type name = 6;
inline constexpr protozero::pbf_tag_type engine = 7;
inline constexpr protozero::pbf_tag_type reason = 8;  // repeated, in order
}  // namespace program_field

namespace module_field {
inline constexpr protozero::pbf_tag_type begin = 1;
inline constexpr protozero::pbf_tag_type end = 2;
inline constexpr protozero::pbf_tag_type file_offset = 3;
inline constexpr protozero::pbf_tag_type build_id = 4;
inline constexpr protozero::pbf_tag_type path = 5;
}  // namespace module_field

namespace string_field {
inline constexpr protozero::pbf_tag_type number = 1;
inline constexpr protozero::pbf_tag_type text = 2;
}  // namespace string_field

namespace stack_field {
inline constexpr protozero::pbf_tag_type number = 1;
inline constexpr protozero::pbf_tag_type truncated = 2;
inline constexpr protozero::pbf_tag_type frames = 3;  // packed differences
}  // namespace stack_field

// The columns begin at 2: 1 is the number of records.
inline constexpr std::array event_columns{
    make_column<&trace::event::type>(2, "type"),   make_column<&trace::event::sub>(3, "sub"),
    make_column<&trace::event::time>(4, "time"),   make_column<&trace::event::fiber>(5, "fiber"),
    make_column<&trace::event::aux>(6, "aux"),     make_column<&trace::event::x>(7, "x"),
    make_column<&trace::event::stack>(8, "stack"), make_column<&trace::event::object>(9, "object"),
};

inline constexpr std::array row_columns{
    make_column<&trace::fiber_row::id>(2, "id"),
    make_column<&trace::fiber_row::state>(3, "state"),
    make_column<&trace::fiber_row::reason>(4, "reason"),
    make_column<&trace::fiber_row::kind>(5, "kind"),
    make_column<&trace::fiber_row::known>(6, "known"),
    make_column<&trace::fiber_row::object>(7, "object"),
    make_column<&trace::fiber_row::since>(8, "since"),
    make_column<&trace::fiber_row::woken_by>(9, "woken_by"),
    make_column<&trace::fiber_row::waits>(10, "waits"),
    make_column<&trace::fiber_row::blocked_on>(11, "blocked_on"),
    make_column<&trace::fiber_row::span>(12, "span"),
    make_column<&trace::fiber_row::parent>(13, "parent"),
    make_column<&trace::fiber_row::control_block>(14, "control_block"),
    make_column<&trace::fiber_row::stack_low>(15, "stack_low"),
    make_column<&trace::fiber_row::stack_size>(16, "stack_size"),
    make_column<&trace::fiber_row::spawn_file>(17, "spawn_file"),
    make_column<&trace::fiber_row::spawn_function>(18, "spawn_function"),
    make_column<&trace::fiber_row::spawn_line>(19, "spawn_line"),
    make_column<&trace::fiber_row::wait_stack>(20, "wait_stack"),
    make_column<&trace::fiber_row::born>(21, "born"),
    make_column<&trace::fiber_row::run_ticks>(22, "run_ticks"),
    make_column<&trace::fiber_row::longest_run>(23, "longest_run"),
};
/// The names of all rows, each ended by a null.
inline constexpr protozero::pbf_tag_type row_names = 24;

inline constexpr std::array object_columns{
    make_column<&trace::object_row::address>(2, "address"),
    make_column<&trace::object_row::kind>(3, "kind"),
    make_column<&trace::object_row::reason>(4, "reason"),
    make_column<&trace::object_row::owner>(5, "owner"),
    make_column<&trace::object_row::waiters>(6, "waiters"),
    make_column<&trace::object_row::contended>(7, "contended"),
    make_column<&trace::object_row::since>(8, "since"),
    make_column<&trace::object_row::name>(9, "name"),
};

inline constexpr std::array gap_columns{
    make_column<&gap::before>(2, "before"),
    make_column<&gap::lost>(3, "lost"),
};

/// What a chunk may have at most; what a recorder writes is far below.
inline constexpr std::uint64_t most_events = 4U << 20;
inline constexpr std::uint64_t most_rows = 1U << 18;
inline constexpr std::uint64_t most_objects = 1U << 18;
inline constexpr std::uint64_t most_gaps = 1U << 20;
inline constexpr std::uint64_t most_entries = 1U
                                              << 18;  // strings, stacks, modules, constants: each

}  // namespace weft::trace_tool
