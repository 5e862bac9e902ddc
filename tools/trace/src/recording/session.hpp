// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <list>
#include <ostream>
#include <vector>

#include "memory/mapped_memory.hpp"
#include "recording/recorder.hpp"

namespace weft::trace_tool {

/// Records the runtimes of a program, each into a file of its own.
class session {
public:
    /// The first runtime goes to options.file; to NAME-2.ftr the second, and so on.
    explicit session(recording_options options) : options_(std::move(options)) {}

    /// \throws cannot_attach, recording_error
    void add(mapped_memory memory, pid_t process);

    /// Takes only what is still in the ring of a runtime, from the event with this number on;
    /// what the runtime records is not changed.
    /// \throws recording_error
    void add_rest(mapped_memory memory, pid_t process, std::uint64_t oldest);

    /// Takes what there is, and completes the files of runtimes that have ended.
    /// \throws recording_error
    void step();

    /// Adds where the thread of a runtime was.
    void add_sample(std::uint32_t thread, const trace::event& taken,
                    const std::vector<std::uint64_t>& frames);

    /// Whether something is still being recorded.
    [[nodiscard]] bool active() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return recordings_.empty(); }

    /// For how long nothing is lost if nobody calls step().
    [[nodiscard]] std::chrono::milliseconds pause() const noexcept;

    /// Completes all files.
    void finish();

    /// One line for each file.
    void tell(std::ostream& err) const;

    [[nodiscard]] std::vector<std::filesystem::path> files() const;

    /// Of the runtimes that are recorded. They live as long as the session.
    [[nodiscard]] std::vector<const mapped_memory*> memories() const;

private:
    recording_options options_of_next() const;

    struct recording {
        recording(mapped_memory&& of, pid_t process, const recording_options& options)
            : memory(std::move(of)), writer(memory, process, options) {}

        mapped_memory memory;
        recorder writer;
        bool finished = false;
    };

    recording_options options_;
    std::list<recording> recordings_;  // which stay where they are
};

}  // namespace weft::trace_tool
