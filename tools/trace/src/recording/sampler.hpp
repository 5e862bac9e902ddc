// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "process/source.hpp"
#include "recording/session.hpp"
#include "stacks/fiber_stack.hpp"

namespace weft::trace_tool {

/// Looks now and then where the threads of a program compute: it sends them the signal that they
/// answer with their registers and the upper part of their stack.
///
/// A thread that waits is left alone, and so is one that handles that signal itself.
class sampler {
public:
    /// \param named   a living process, as of open_source().
    /// \param period  between two looks at the same thread.
    /// \throws cannot_attach
    sampler(const std::string& named, std::chrono::nanoseconds period);

    /// Looks if it is time to, and adds what it sees.
    void step(session& to);

    /// How long nothing is missed if nobody calls step().
    [[nodiscard]] std::chrono::milliseconds pause() const noexcept;

private:
    void look_at(const mapped_memory& runtime, std::uint64_t microseconds, session& to);

    source from_;
    stack_reader reader_;
    std::chrono::nanoseconds period_;
    std::chrono::steady_clock::time_point last_;
};

}  // namespace weft::trace_tool
