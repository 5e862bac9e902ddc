// SPDX-License-Identifier: BSL-1.0
#include "recording/file_reader.hpp"

#include "recording/frame.hpp"
#include "recording/recording_error.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

namespace weft::trace_tool {

namespace {

std::unique_ptr<std::istream> open(const std::filesystem::path& path) {
    std::error_code unknown;
    if (std::filesystem::is_directory(path, unknown)) {
        throw recording_error(path.string() + ": is a directory");
    }
    auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
    if (!*file) {
        throw recording_error(path.string() + ": " + std::generic_category().message(errno));
    }
    return file;
}

}  // namespace

file_reader::file_reader(const std::filesystem::path& path)
    : file_reader(open(path), path.string()) {}

file_reader::file_reader(std::unique_ptr<std::istream> source, std::string name)
    : source_(std::move(source)), name_(std::move(name)) {
    chunk_header first{};
    if (read(&first, sizeof first) < sizeof first || first.magic != chunk_magic) {
        throw recording_error(name_ + ": is no recording of weft-trace");
    }
    if (!source_->seekg(0)) {
        throw recording_error(name_ + ": cannot be read from its beginning again");
    }
    offset_ = 0;
}

file_reader::~file_reader() = default;
file_reader::file_reader(file_reader&&) noexcept = default;

std::optional<chunk> file_reader::next() {
    const auto header = enter_chunk();
    if (!header) {
        return {};
    }
    const auto content = read_content(*header);
    if (!content) {
        return {};
    }
    try {
        auto read_chunk = unpack(*content);
        read_chunk.sequence = header->sequence;
        read_chunk.began = header->began;
        read_chunk.ended = header->ended;
        return read_chunk;
    } catch (const bad_chunk& bad) {
        fail(bad.what());
    }
}

// Nothing if the recording was cut off within this chunk.
std::optional<std::string> file_reader::read_content(const chunk_header& header) {
    frame whole{header, std::string(header.packed_size, '\0')};
    if (read(whole.packed.data(), whole.packed.size()) < whole.packed.size()) {
        ended_ = true;
        return {};
    }
    try {
        return content_of(whole);
    } catch (const bad_chunk& bad) {
        fail(bad.what());
    }
}

std::optional<chunk_header> file_reader::next_header() {
    const auto header = enter_chunk();
    if (!header) {
        return {};
    }
    source_->ignore(header->packed_size);
    offset_ += static_cast<std::uint64_t>(source_->gcount());
    if (static_cast<std::uint64_t>(source_->gcount()) < header->packed_size) {
        ended_ = true;
        return {};
    }
    return header;
}

// The header of the next chunk of events, which is then to be read; nothing at the end.
std::optional<chunk_header> file_reader::enter_chunk() {
    chunk_header header{};
    if (!ended_) {
        chunk_offset_ = offset_;
        chunks_before_ = chunks_;
    }
    if (ended_ || read(&header, sizeof header) < sizeof header) {
        ended_ = true;
        return {};
    }
    try {
        check_header(header);
    } catch (const bad_chunk& bad) {
        fail(bad.what());
    }
    if (header.sequence != chunks_) {
        fail("chunk " + std::to_string(header.sequence) + " stands where chunk " +
             std::to_string(chunks_) + " should");
    }
    ++chunks_;
    if ((header.flags & index_flag) != 0) {
        read_end(header);
        return {};
    }
    return header;
}

void file_reader::look_again() {
    if (ended_ && !complete_) {
        source_->clear();
        source_->seekg(static_cast<std::streamoff>(chunk_offset_));
        offset_ = chunk_offset_;
        chunks_ = chunks_before_;
        ended_ = false;
    }
}

void file_reader::read_end(const chunk_header& header) {
    trailer end{};
    complete_ = read_content(header) && read(&end, sizeof end) == sizeof end &&
                end.magic == trailer_magic && end.index_offset == chunk_offset_;
    ended_ = true;
}

void file_reader::fail(const std::string& what) const {
    throw recording_error(name_ + ": damaged at byte " + std::to_string(chunk_offset_) + ": " +
                          what);
}

std::size_t file_reader::read(void* into, std::size_t size) {
    source_->read(static_cast<char*>(into), static_cast<std::streamsize>(size));
    const auto got = static_cast<std::size_t>(source_->gcount());
    offset_ += got;
    return got;
}

namespace {

void add(survey& whole, const chunk_header& header) {
    if (whole.chunks++ == 0) {
        whole.began = header.began;
    }
    whole.ended = header.ended;
    whole.lost += header.lost;
    std::uint64_t events = 0;
    for (std::size_t i = 0; i < event_classes; ++i) {
        whole.counts[i] += header.counts[i];
        events += header.counts[i];
    }
    if (events != 0) {
        whole.first_time = whole.events == 0 ? header.first_time : whole.first_time;
        whole.last_time = header.last_time;
    }
    whole.events += events;
}

}  // namespace

survey survey_of(file_reader reader) {
    survey whole;
    try {
        while (const auto header = reader.next_header()) {
            add(whole, *header);
        }
    } catch (const recording_error& damaged) {
        if (whole.chunks == 0) {
            throw;
        }
        whole.damage = damaged.what();
    }
    whole.complete = reader.complete();
    return whole;
}

bool is_recording(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::uint64_t first = 0;
    file.read(reinterpret_cast<char*>(&first), sizeof first);
    return file && first == chunk_magic;
}

}  // namespace weft::trace_tool
