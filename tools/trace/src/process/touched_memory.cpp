// SPDX-License-Identifier: BSL-1.0

#include "process/touched_memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "process/process_files.hpp"

namespace weft::trace_tool {
namespace {

/// Source: Documentation/admin-guide/mm/pagemap.rst, bits 63 and 62.
constexpr bool has_memory(std::uint64_t entry) noexcept {
    constexpr std::uint64_t present = std::uint64_t{1} << 63;
    constexpr std::uint64_t swapped_out = std::uint64_t{1} << 62;
    return (entry & (present | swapped_out)) != 0;
}

}  // namespace

touched_memory::touched_memory(pid_t process)
    : pages_(process == 0
                 ? -1
                 : ::open(process_path(process, "pagemap").c_str(), O_RDONLY | O_CLOEXEC)) {}

std::optional<std::uint64_t> touched_memory::depth(std::uint64_t low, std::uint64_t size) {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t end = low + size;
    constexpr std::uint64_t user_space = std::uint64_t{1} << 56;
    if (pages_.get() < 0 || size == 0 || end < low || end > user_space || size / page >= allowed_) {
        return std::nullopt;
    }
    allowed_ -= size / page;
    std::array<std::uint64_t, 512> entries{};
    const std::uint64_t last = (end + page - 1) / page;
    for (std::uint64_t at = low / page; at < last;) {
        const auto wanted = std::min<std::uint64_t>(entries.size(), last - at);
        const ssize_t got = ::pread(pages_.get(), entries.data(), wanted * sizeof(std::uint64_t),
                                    static_cast<off_t>(at * sizeof(std::uint64_t)));
        const auto count = got > 0 ? static_cast<std::size_t>(got) / sizeof(std::uint64_t) : 0;
        if (count == 0) {
            return std::nullopt;
        }
        const auto* const found =
            std::find_if(entries.begin(), entries.begin() + count, has_memory);
        if (found != entries.begin() + count) {
            const auto lowest = (at + static_cast<std::uint64_t>(found - entries.begin())) * page;
            return end - std::max(lowest, low);
        }
        at += count;
    }
    return 0;
}

}  // namespace weft::trace_tool
