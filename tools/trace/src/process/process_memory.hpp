// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace weft::trace_tool {

/// A mapped part of the address space of a process.
struct mapping {
    std::uint64_t begin;
    std::uint64_t end;
    std::uint64_t offset;  ///< in the file
    bool writable;
    std::string file;  ///< empty, or not beginning with a slash: none
};

class core_file;

/// The memory of another process, read while it runs. It is never stopped.
///
/// The kernel allows it to whom it allows to debug the process. What the process only maps from
/// files and never changes is read from there if it does not.
class process_memory {
public:
    /// \param process  0: of none; nothing can be read then.
    explicit process_memory(pid_t process);

    /// \param core  outlives it.
    /// \param exe   the program, which the core may name by a path that is not right any more.
    process_memory(const core_file& core, std::string exe);

    /// Reads exactly this many bytes, or nothing.
    bool read(std::uint64_t address, std::span<std::byte> into) const;

    [[nodiscard]] std::optional<std::uint64_t> word(std::uint64_t address) const;

    /// A text that ends with a null and never changes; empty if it cannot be read or has more than
    /// 4 KiB. Each is read only once.
    [[nodiscard]] const std::string& constant_string(std::uint64_t address);

    /// Why memory cannot be read: an errno; 0 if it can.
    [[nodiscard]] int denied() const noexcept { return denied_; }

    [[nodiscard]] const std::vector<mapping>& mappings() const noexcept { return mappings_; }

private:
    [[nodiscard]] const mapping* mapping_of(std::uint64_t address) const;
    [[nodiscard]] std::size_t read_some(std::uint64_t address, std::span<std::byte> into) const;
    [[nodiscard]] std::size_t read_file(std::uint64_t address, std::span<std::byte> into) const;

    [[nodiscard]] std::string path_of(const mapping& from) const;

    pid_t process_ = 0;
    const core_file* core_ = nullptr;
    std::string exe_;
    int denied_ = 0;
    std::vector<mapping> mappings_;
    std::unordered_map<std::uint64_t, std::string> strings_;
};

}  // namespace weft::trace_tool
