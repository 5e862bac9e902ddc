// SPDX-License-Identifier: BSL-1.0
#include "export/packed_text.hpp"

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace weft::trace_tool {

std::string deflate_raw(std::string_view text) {
    constexpr int raw = -15;
    constexpr int memory = 8;
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, raw, memory, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        throw std::runtime_error("zlib: cannot begin");
    }
    std::string packed(deflateBound(&stream, text.size()), '\0');
    // zlib does not change its input, but does not say so.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int result = deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END) {
        throw std::runtime_error("zlib: cannot compress");
    }
    return packed;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            const auto byte = i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U;
            group = group << 8 | byte;
        }
        for (std::size_t j = 0; j < 4; ++j) {
            const bool filler = i + j > bytes.size();
            text += filler ? '=' : digits[group >> (18 - 6 * j) & 63];
        }
    }
    return text;
}

}  // namespace weft::trace_tool
