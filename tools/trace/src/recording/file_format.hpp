// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The frame of a recording's file (`.ftr`); what is in a chunk is said by chunk.hpp.
///
/// A file is a row of chunks. Each is this header and a zstd frame, and can be understood without
/// the others, so a file that ends anywhere is good up to its last whole chunk. A file that was
/// ended properly has an index as its last chunk and, after it, a trailer that says where that is.
///
/// Little-endian, as is every processor that weft runs on.

#include <weft/trace_format.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace weft::trace_tool {

static_assert(std::endian::native == std::endian::little);

inline constexpr std::uint64_t chunk_magic = 0x6b6e756863727466;    // "ftrchunk"
inline constexpr std::uint64_t trailer_magic = 0x73696e6966727466;  // "ftrfinis"
inline constexpr std::uint32_t file_version = 1;  // fields of chunks are only added within one

inline constexpr std::uint32_t index_flag = 1;  ///< the chunk is the index

inline constexpr std::size_t event_classes = 8;

/// Before every chunk.
struct chunk_header {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t flags;
    std::uint64_t sequence;      ///< 0, 1, 2 ...
    std::uint32_t packed_size;   ///< bytes that follow
    std::uint32_t content_size;  ///< bytes of them unpacked
    std::uint64_t first_time;    ///< of its events, ticks; 0 if it has none
    std::uint64_t last_time;
    std::uint64_t lost;  ///< events lost in it and between the chunk before and it
    trace::clock_anchor began;
    trace::clock_anchor ended;
    std::array<std::uint32_t, event_classes> counts;  ///< events by class, as the bits of the mask
    std::uint32_t checksum;  ///< CRC-32C of this header, with 0 here, and of what follows
    std::uint32_t reserved;
};
static_assert(sizeof(chunk_header) == 144);

/// After the index.
struct trailer {
    std::uint64_t index_offset;  ///< from the beginning of the file
    std::uint64_t magic;
};
static_assert(sizeof(trailer) == 16);

/// What a reader accepts. Writers stay far below.
inline constexpr std::uint32_t largest_packed = 64U << 20;
inline constexpr std::uint32_t largest_content = 128U << 20;

/// The class of an event, as an index into chunk_header::counts.
std::size_t class_of(std::uint8_t event_type) noexcept;

}  // namespace weft::trace_tool
