// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "process/process_memory.hpp"

namespace weft::trace_tool {

/// The used part of a stack as it was at one moment, and the rest of the process as it is.
class stack_copy {
public:
    explicit stack_copy(const process_memory& memory) : memory_(memory) {}

    /// Copies what lies between two addresses, at most 1 MiB. False if that cannot be read.
    bool take(std::uint64_t low, std::uint64_t high);

    /// Takes over what was copied before, from an address on. What else there is in the process
    /// may be of another moment: it is left out.
    void use(std::uint64_t low, std::span<const std::byte> bytes);

    /// The word at an address: of the copy, else of the process now.
    [[nodiscard]] std::optional<std::uint64_t> word(std::uint64_t address) const;

    [[nodiscard]] std::uint64_t low() const noexcept { return low_; }
    [[nodiscard]] std::uint64_t high() const noexcept { return low_ + bytes_.size(); }

private:
    const process_memory& memory_;
    std::uint64_t low_ = 0;
    std::vector<std::byte> bytes_;
    bool alone_ = false;
};

}  // namespace weft::trace_tool
