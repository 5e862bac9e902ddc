// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace weft::trace_tool {

/// A recording to look into: a file that is one, or one that is made now of a living program and
/// goes away again.
class brief_recording {
public:
    /// \param named    a recording, or a process as of open_source().
    /// \param mask     what is recorded.
    /// \param seconds  for how long; it ends before if the program does, or by SIGINT or SIGTERM.
    /// \throws cannot_attach, recording_error, bad_usage
    brief_recording(const std::string& named, std::uint32_t mask, double seconds);
    ~brief_recording();

    brief_recording(const brief_recording&) = delete;
    brief_recording& operator=(const brief_recording&) = delete;

    /// If the program has several runtimes: that of the first.
    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

private:
    void record(const std::string& named, std::uint32_t mask, double seconds);

    std::filesystem::path folder_;  // empty: nothing was made
    std::filesystem::path file_;
};

}  // namespace weft::trace_tool
