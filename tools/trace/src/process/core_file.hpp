// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "process/memories.hpp"
#include "process/process_memory.hpp"

namespace weft::trace_tool {

/// The memory of a program when it died, as the kernel or gdb wrote it into a file.
///
/// Believes nothing: what the file says of itself is checked against its size.
class core_file {
public:
    /// \throws cannot_attach  if it cannot be read, or is no core of x86-64.
    explicit core_file(const std::string& path);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// How much of this was read, from its begin on.
    [[nodiscard]] std::size_t read(std::uint64_t address, std::span<std::byte> into) const;

    /// The files that were mapped, by address; empty if the core does not say.
    [[nodiscard]] const std::vector<mapping>& mappings() const noexcept { return mappings_; }

    /// The memories of the program's runtimes, as copies.
    [[nodiscard]] std::vector<mapped_memory> memories() const;

    /// In the order of `user_regs_struct`; nothing if the thread is not in the core.
    using registers = std::array<std::uint64_t, 27>;
    [[nodiscard]] std::optional<registers> registers_of(std::uint32_t thread) const;

private:
    struct part {
        std::uint64_t address;
        std::uint64_t offset;
        std::uint64_t size;  // in the file
    };

    void read_headers();
    void read_notes(std::uint64_t offset, std::uint64_t size);
    void read_status(std::span<const std::byte> note);
    void read_files(std::span<const std::byte> note);
    [[nodiscard]] std::optional<mapped_memory> memory_at(std::uint64_t address) const;

    std::string path_;
    descriptor file_;
    std::uint64_t size_ = 0;
    std::vector<part> parts_;  // by address
    std::vector<mapping> mappings_;
    std::map<std::uint32_t, registers> threads_;
};

}  // namespace weft::trace_tool
