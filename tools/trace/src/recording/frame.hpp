// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "recording/file_format.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::trace_tool {

/// A chunk as it stands in a file.
struct frame {
    chunk_header header;
    std::string packed;
};

/// Compresses `content`, and fills in the sizes and the checksum of `header`.
frame make_frame(chunk_header header, std::string_view content);

/// Whether the sizes and the magic number of a header are those of a chunk.
///
/// \throws bad_chunk  saying what is wrong.
void check_header(const chunk_header& header);

/// The content of a chunk whose header was checked.
///
/// \throws bad_chunk  if the checksum is wrong, or the bytes do not unpack to what the header says.
std::string content_of(const frame& whole);

}  // namespace weft::trace_tool
