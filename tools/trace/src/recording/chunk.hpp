// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What is in a chunk of a recording.
///
/// Packed, it is a message of protocol buffers whose lists are columns, most of them of
/// differences: that is what compresses best, and whoever reads it skips fields that it does not
/// know. chunk_fields.hpp has the numbers of the fields.

#include <weft/trace_events.hpp>
#include <weft/trace_format.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weft::trace_tool {

/// The program that was recorded.
struct program_info {
    std::uint32_t process = 0;
    std::uint32_t thread = 0;
    std::uint64_t process_started = 0;  ///< as header::process_started
    trace::tick_source ticks = trace::tick_source::monotonic;
    bool virtual_time = false;
    std::string name;
    std::string engine;
    std::vector<std::string> reasons;  ///< names of wait reasons, by number

    bool operator==(const program_info&) const = default;
};

/// A piece of a file that was mapped as code.
struct module {
    std::uint64_t begin = 0;  ///< address
    std::uint64_t end = 0;
    std::uint64_t file_offset = 0;
    std::string build_id;  ///< bytes; empty: has none
    std::string path;

    bool operator==(const module&) const = default;
};

/// Return addresses, innermost first.
struct recorded_stack {
    std::vector<std::uint64_t> frames;
    bool truncated = false;

    bool operator==(const recorded_stack&) const = default;
};

/// Events are missing.
struct gap {
    std::size_t before;  ///< index of the event that follows it; may be the number of events
    std::uint64_t lost;  ///< how many

    bool operator==(const gap&) const = default;
};

/// A stretch of a recording with all that is needed to understand it.
struct chunk {
    std::uint64_t sequence = 0;
    trace::clock_anchor began{};
    trace::clock_anchor ended{};
    program_info program;
    std::vector<module> modules;
    std::map<std::uint32_t, std::string> strings;  ///< those that events and rows name
    std::map<std::uint32_t, recorded_stack> stacks;
    std::map<std::uint64_t, std::string> constants;  ///< of the program, by address; of rows
    std::vector<trace::fiber_row> rows;              ///< of fibers, when the chunk began
    std::vector<trace::object_row> objects;          ///< when the chunk ended
    std::vector<gap> gaps;
    std::vector<trace::event> events;

    /// How many events are missing.
    [[nodiscard]] std::uint64_t lost() const noexcept;
};

/// The bytes of what is in a chunk; its sequence and anchors are in the header before it.
std::string pack(const chunk& packed);

/// \throws bad_chunk  if the bytes are not those of a chunk.
chunk unpack(std::string_view content);

}  // namespace weft::trace_tool
