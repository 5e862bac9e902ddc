// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "memory/mapped_memory.hpp"
#include "process/process_memory.hpp"
#include "recording/chunk.hpp"
#include "recording/modules.hpp"

namespace weft::trace_tool {

/// Makes chunks of the events of a runtime, together with what they name.
class chunk_builder {
public:
    /// \param memory   outlives the builder.
    /// \param process  0: none that could be asked.
    chunk_builder(const mapped_memory& memory, pid_t process);

    /// Where events go.
    [[nodiscard]] std::vector<trace::event>& events() noexcept { return next_.events; }

    /// Events are missing before the one with this index.
    void add_gap(std::size_t before, std::uint64_t lost);

    /// The fiber had the processor at a moment, for so many microseconds about.
    void add_sample(const trace::event& taken, const std::vector<std::uint64_t>& frames);

    /// When the chunk was begun: CLOCK_MONOTONIC, ns.
    [[nodiscard]] std::uint64_t began() const noexcept { return next_.began.monotonic; }

    /// Whether the chunk has become long enough: the fibers' rows, which are in each, are never
    /// more than about half of it.
    [[nodiscard]] bool full() const noexcept;

    /// The chunk so far; a new one begins.
    [[nodiscard]] chunk take();

private:
    void begin();
    void add_row(const trace::fiber_row& row);
    void add_constant(std::uint64_t address);
    void add_objects();
    void begin_with_first_event();
    void add_named();
    void add_string(std::uint32_t number);
    void add_stack(std::uint32_t number);

    const mapped_memory& memory_;
    process_memory constants_;
    program_info program_;
    module_list modules_;
    chunk next_;
    std::map<std::vector<std::uint64_t>, std::uint32_t> own_stacks_;  // of all chunks
};

}  // namespace weft::trace_tool
