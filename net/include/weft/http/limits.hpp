// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace weft::http {

/// How much of a message's head is accepted. What exceeds it is refused, not cut.
struct limits {
    std::size_t start_line = 8'192;  ///< bytes of the request line or status line
    std::size_t field_line = 8'192;  ///< bytes of one header or trailer line
    std::size_t head_size = 32'768;  ///< bytes of a whole head; the same for trailers
    std::size_t field_count = 128;   ///< header fields; the same for trailers
    std::size_t chunk_line = 1'024;  ///< bytes of a chunk's size and extensions
};

}  // namespace weft::http
