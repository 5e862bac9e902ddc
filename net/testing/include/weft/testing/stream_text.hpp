// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/stream.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace weft::testing {

/// Reads up to `limit` bytes, less if the stream ends.
inline std::string read_up_to(net::stream& from, std::size_t limit) {
    std::string text;
    std::array<std::byte, 4096> block{};
    while (text.size() < limit) {
        const auto room = std::span(block).first(std::min(block.size(), limit - text.size()));
        const std::size_t count = from.read_some(room);
        if (count == 0) {
            break;
        }
        text.append(reinterpret_cast<const char*>(block.data()), count);
    }
    return text;
}

/// `size` bytes that differ from place to place.
inline std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        text[i] = static_cast<char>(i * 2654435761U >> 13);
    }
    return text;
}

}  // namespace weft::testing
