// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdexcept>

namespace weft::trace_tool {

/// A recording cannot be read or written. The message names the place in the file.
class recording_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The bytes of one chunk do not mean what they should; the reader adds where the chunk is.
class bad_chunk : public recording_error {
public:
    using recording_error::recording_error;
};

}  // namespace weft::trace_tool
