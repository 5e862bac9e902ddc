// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/mapped_memory.hpp"

namespace weft::trace_tool {

/// Reads the events of a runtime, which never waits for its reader: what it overwrites before it
/// was read is lost, and counted.
///
/// From its construction on, events written == events read + events lost, at every return.
class ring_reader {
public:
    /// Begins with the next event that is written.
    /// \param memory  outlives the reader.
    explicit ring_reader(const mapped_memory& memory);

    /// Begins with the oldest event that is still there, but with none before this one. Returns
    /// how many are not there any more.
    std::uint64_t rewind(std::uint64_t oldest = 0) noexcept;

    /// Appends events, at most `most`. Returns how many were lost before the first of them.
    std::uint64_t read(std::vector<trace::event>& into, std::size_t most);

    /// How much of the ring is waiting to be read: 0 none, 1 all of it or more.
    [[nodiscard]] double fill() const noexcept;

    /// The number of the next event to be read.
    [[nodiscard]] std::uint64_t next() const noexcept { return next_; }

    /// How many events the runtime has written, ever.
    [[nodiscard]] std::uint64_t head() const noexcept;

private:
    [[nodiscard]] std::uint64_t first_whole(std::uint64_t head) const noexcept;

    const std::byte* loop_;
    const std::byte* slots_;
    std::uint64_t entry_size_;
    std::uint64_t capacity_;
    std::uint64_t next_;
};

}  // namespace weft::trace_tool
