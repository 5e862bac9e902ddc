// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>

#include "memory/mapped_memory.hpp"
#include "recording/chunk_builder.hpp"
#include "recording/drain_pace.hpp"
#include "recording/file_writer.hpp"
#include "recording/ownership.hpp"
#include "recording/ring_reader.hpp"

namespace weft::trace_tool {

/// What to record and where to.
struct recording_options {
    std::filesystem::path file;
    std::uint32_t mask = trace::sched_events;
    std::uint64_t most_bytes = std::uint64_t{1} << 30;  ///< of the file, about
    std::uint64_t kept_files = 0;  ///< 0: it ends with that size; else a new file begins, and so
                                   ///< many are kept
    bool from_beginning = false;   ///< with what the runtime recorded before
    std::uint64_t oldest = 0;      ///< of this, nothing before the event with this number
    trace::when_full when_full = trace::full_overwrites;
    bool owns = true;  ///< says what the runtime records; false: takes what it records anyway
};

/// Records a runtime into a file, step by step.
class recorder {
public:
    /// Begins.
    ///
    /// \param memory   mapped with access::control; outlives the recorder.
    /// \param process  0: none that could be asked.
    /// \throws cannot_attach, recording_error
    recorder(const mapped_memory& memory, pid_t process, const recording_options& options);

    /// Takes what there is. To be called again after pause().
    ///
    /// \throws recording_error
    void step();

    [[nodiscard]] std::chrono::milliseconds pause() const noexcept { return pace_.pause(); }

    /// Adds an event of its own, with return addresses.
    void add_sample(const trace::event& taken, const std::vector<std::uint64_t>& frames) {
        chunk_.add_sample(taken, frames);
        ++samples_;
    }
    [[nodiscard]] std::uint64_t samples() const noexcept { return samples_; }

    /// Whether there is nothing more to record: the runtime has ended, the file has become as
    /// large as it may, or somebody else records. Says which, for people; empty: go on.
    [[nodiscard]] std::string ended() const;

    /// Switches recording off, takes the rest and completes the file.
    void finish();

    [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }
    /// How often the program has waited for room in its ring, for full_waits.
    [[nodiscard]] std::uint64_t waited() const noexcept {
        return memory_.loop().full - full_before_;
    }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_before_ + file_.size(); }

    /// Those that are kept, the oldest first.
    [[nodiscard]] const std::deque<std::filesystem::path>& files() const noexcept { return files_; }

private:
    void drain();
    void write_chunk();
    void complete_file();
    void begin_next_file();

    const mapped_memory& memory_;
    recording_options options_;
    ring_reader ring_;
    std::unique_ptr<ownership> owned_;  // before the file: what cannot be recorded leaves none
    file_writer file_;
    std::deque<std::filesystem::path> files_;
    std::uint64_t files_begun_ = 1;
    std::uint64_t bytes_before_ = 0;  // of files before this one
    chunk_builder chunk_;
    drain_pace pace_;
    std::uint64_t events_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t samples_ = 0;
    std::uint64_t full_before_;
    bool displaced_ = false;
};

}  // namespace weft::trace_tool
