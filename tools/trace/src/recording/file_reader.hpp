// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "recording/chunk.hpp"
#include "recording/file_format.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

namespace weft::trace_tool {

/// Reads a recording chunk by chunk; keeps no more than one in memory.
///
/// Believes nothing: whatever the file contains, it comes to a recording_error that names the
/// offset, or to chunks of bounded size.
class file_reader {
public:
    /// \throws recording_error  if the file cannot be opened or is no recording.
    explicit file_reader(const std::filesystem::path& path);

    /// \param name  what messages call it.
    file_reader(std::unique_ptr<std::istream> source, std::string name);
    ~file_reader();
    file_reader(file_reader&&) noexcept;

    /// The next chunk; nothing at the end.
    ///
    /// \throws recording_error  if the file is damaged here. What came before is good.
    std::optional<chunk> next();

    /// As next(), without what is in the chunk.
    std::optional<chunk_header> next_header();

    /// After the end, of a file that is being written: next() tries again where it ended.
    void look_again();

    /// At the end: whether the recording was finished, and not cut off.
    [[nodiscard]] bool complete() const noexcept { return complete_; }

private:
    std::optional<chunk_header> enter_chunk();
    std::optional<std::string> read_content(const chunk_header& header);
    void read_end(const chunk_header& header);
    [[noreturn]] void fail(const std::string& what) const;
    [[nodiscard]] std::size_t read(void* into, std::size_t size);

    std::unique_ptr<std::istream> source_;
    std::string name_;
    std::uint64_t offset_ = 0;  // of the next byte
    std::uint64_t chunk_offset_ = 0;
    std::uint64_t chunks_ = 0;
    std::uint64_t chunks_before_ = 0;  // the one that is being read
    bool ended_ = false;
    bool complete_ = false;
};

/// Whether a file begins as a recording does.
[[nodiscard]] bool is_recording(const std::filesystem::path& path);

/// What the headers of a recording's chunks say together.
struct survey {
    std::uint64_t chunks = 0;
    std::uint64_t events = 0;
    std::uint64_t lost = 0;
    std::array<std::uint64_t, event_classes> counts{};
    trace::clock_anchor began{};   ///< the earliest
    trace::clock_anchor ended{};   ///< the latest
    std::uint64_t first_time = 0;  ///< ticks
    std::uint64_t last_time = 0;
    bool complete = false;
    std::string damage;  ///< why reading ends before the end of the file; empty: it does not
};

/// Reads the headers only.
///
/// \throws recording_error  if not even the first chunk can be read.
survey survey_of(file_reader reader);

}  // namespace weft::trace_tool
