// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "recording/chunk.hpp"
#include "recording/file_format.hpp"
#include "recording/unique_descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace weft::trace_tool {

/// Writes a recording to a file.
///
/// Each chunk is in the file when write() returns; a file that was not finished can be read up to
/// there.
class file_writer {
public:
    /// Makes the file, or empties it. Only its owner may read it: it shows a program's inside.
    ///
    /// \throws recording_error
    explicit file_writer(const std::filesystem::path& path);

    /// Numbers the chunk and adds it.
    ///
    /// \throws recording_error  if it cannot be written, or is larger than readers accept.
    void write(const chunk& added);

    /// Adds the index: the recording is complete.
    void finish();

    /// Bytes written.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

private:
    void append(const chunk_header& header, std::string_view content);
    void append_bytes(std::string_view bytes);

    std::filesystem::path path_;
    unique_descriptor file_;
    std::uint64_t size_ = 0;
    std::uint64_t chunks_ = 0;
    std::vector<std::uint64_t> offsets_;
};

/// The header of a chunk: what can be said of it without unpacking it.
chunk_header header_of(const chunk& described);

}  // namespace weft::trace_tool
