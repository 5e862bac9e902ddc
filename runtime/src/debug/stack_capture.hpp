// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weft::detail {

/// A line for each frame: function and offset where the program exports its symbols, else file and
/// offset, as addr2line(1) takes them.
[[nodiscard]] std::vector<std::string> lines_for(std::span<const std::uint64_t> frames);

/// Return addresses of a stack, innermost first.
class stack_capture {
public:
    static constexpr std::size_t most_frames = 64;

    /// Keeps the stack of the caller, from `skipped` frames above on. Async-signal-safe once
    /// prepare() was called.
    void take(std::size_t skipped) noexcept;
    void clear() noexcept { count_ = 0; }

    /// Loads what take() needs.
    static void prepare() noexcept;

    /// See lines_for().
    [[nodiscard]] std::vector<std::string> lines() const;

private:
    std::array<void*, most_frames> frames_{};
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

}  // namespace weft::detail
