// SPDX-License-Identifier: BSL-1.0
#include "recording/file_writer.hpp"

#include "recording/frame.hpp"
#include "recording/recording_error.hpp"

#include <fcntl.h>

#include <protozero/pbf_writer.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace weft::trace_tool {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
    throw recording_error(path.string() + ": " + std::generic_category().message(errno));
}

constexpr std::string_view bytes_of(const auto& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

constexpr protozero::pbf_tag_type index_offsets = 1;

}  // namespace

chunk_header header_of(const chunk& described) {
    chunk_header header{};
    header.sequence = described.sequence;
    header.lost = described.lost();
    header.began = described.began;
    header.ended = described.ended;
    if (!described.events.empty()) {
        header.first_time = described.events.front().time;
        header.last_time = described.events.back().time;
    }
    for (const auto& each : described.events) {
        ++header.counts[class_of(static_cast<std::uint8_t>(each.type))];
    }
    return header;
}

file_writer::file_writer(const std::filesystem::path& path)
    : path_(path),
      file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR)) {
    if (!file_) {
        fail(path_);
    }
}

void file_writer::write(const chunk& added) {
    const auto content = pack(added);
    if (content.size() > largest_content) {
        throw recording_error("a chunk of " + std::to_string(content.size()) +
                              " bytes is too large to be read again");
    }
    append(header_of(added), content);
}

void file_writer::finish() {
    std::string content;
    protozero::pbf_writer(content).add_packed_uint64(index_offsets, offsets_.begin(),
                                                     offsets_.end());
    const trailer end{size_, trailer_magic};
    chunk_header header{};
    header.flags = index_flag;
    append(header, content);
    append_bytes(bytes_of(end));
}

void file_writer::append(const chunk_header& header, std::string_view content) {
    auto numbered = header;
    numbered.sequence = chunks_++;
    const auto made = make_frame(numbered, content);
    offsets_.push_back(size_);
    std::string bytes(bytes_of(made.header));
    append_bytes(bytes += made.packed);
}

void file_writer::append_bytes(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(file_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            fail(path_);
        }
        size_ += static_cast<std::uint64_t>(written);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace weft::trace_tool
