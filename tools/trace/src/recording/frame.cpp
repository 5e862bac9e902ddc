// SPDX-License-Identifier: BSL-1.0
#include "recording/frame.hpp"

#include "recording/recording_error.hpp"

#include <weft/trace_events.hpp>

#include <zstd.h>

#include <boost/crc.hpp>

#include <algorithm>

namespace weft::trace_tool {

namespace {

constexpr int fastest = 1;  // of zstd's levels: it keeps up with any program

// CRC-32C, as in RFC 3720.
std::uint32_t checksum(chunk_header header, std::string_view packed) {
    header.checksum = 0;
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> sum;
    sum.process_bytes(&header, sizeof header);
    sum.process_bytes(packed.data(), packed.size());
    return sum.checksum();
}

std::string compress(std::string_view content) {
    std::string packed(ZSTD_compressBound(content.size()), '\0');
    const auto size =
        ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), fastest);
    if (ZSTD_isError(size) != 0) {
        throw recording_error(std::string("zstd: ") + ZSTD_getErrorName(size));
    }
    packed.resize(size);
    return packed;
}

}  // namespace

std::size_t class_of(std::uint8_t type) noexcept {
    constexpr std::size_t sched = 0;
    // 0-9, 10-19 ...; look-ups and handshakes count as workers, timers as the loop.
    constexpr std::array<std::size_t, 11> by_ten{sched, 2, 3, 4, 5, 6, 7, sched, sched, 6, 2};
    const std::size_t ten = type / 10U;
    return ten < by_ten.size() ? by_ten[ten] : sched;
}

frame make_frame(chunk_header header, std::string_view content) {
    frame made{header, compress(content)};
    made.header.magic = chunk_magic;
    made.header.version = file_version;
    made.header.packed_size = static_cast<std::uint32_t>(made.packed.size());
    made.header.content_size = static_cast<std::uint32_t>(content.size());
    made.header.checksum = checksum(made.header, made.packed);
    return made;
}

void check_header(const chunk_header& header) {
    if (header.magic != chunk_magic) {
        throw bad_chunk("no chunk begins here");
    }
    if (header.version != file_version) {
        throw bad_chunk("format version " + std::to_string(header.version) +
                        "; this program reads version " + std::to_string(file_version));
    }
    if (header.packed_size > largest_packed || header.content_size > largest_content) {
        throw bad_chunk("a chunk of " + std::to_string(header.packed_size) + " bytes, " +
                        std::to_string(header.content_size) + " unpacked, is too large");
    }
}

std::string content_of(const frame& whole) {
    const auto& [header, packed] = whole;
    if (checksum(header, packed) != header.checksum) {
        throw bad_chunk("the checksum is wrong");
    }
    // Asked first, so that a few bytes cannot make us reserve much.
    if (ZSTD_getFrameContentSize(packed.data(), packed.size()) != header.content_size) {
        throw bad_chunk("what is packed has another size than the header says");
    }
    std::string content(header.content_size, '\0');
    const auto size = ZSTD_decompress(content.data(), content.size(), packed.data(), packed.size());
    if (ZSTD_isError(size) != 0 || size != content.size()) {
        throw bad_chunk("cannot be unpacked");
    }
    return content;
}

}  // namespace weft::trace_tool
