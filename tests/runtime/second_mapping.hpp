// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_format.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace weft::test {

/// The memory of the runtime of this process, mapped once more.
class second_mapping {
public:
    second_mapping() {
        for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code gone;
            const auto target = std::filesystem::read_symlink(each.path(), gone).string();
            if (target.starts_with("/memfd:weft-trace")) {
                map(each.path());
            }
        }
    }
    second_mapping(const second_mapping&) = delete;
    second_mapping& operator=(const second_mapping&) = delete;
    ~second_mapping() { ::munmap(begin_, size_); }

    [[nodiscard]] bool found() const { return begin_ != nullptr; }

    /// Word by word, as somebody else may be writing.
    template <class Value>
    [[nodiscard]] Value copy(std::uint64_t offset) const {
        std::array<std::uint64_t, sizeof(Value) / 8> words{};
        for (std::size_t i = 0; i < words.size(); ++i) {
            words[i] = __atomic_load_n(
                reinterpret_cast<const std::uint64_t*>(begin_ + offset + i * 8), __ATOMIC_ACQUIRE);
        }
        return std::bit_cast<Value>(words);
    }

    /// The first word of a row: its version, which is odd while it changes, and its state.
    [[nodiscard]] std::uint64_t head(std::uint64_t offset) const {
        return __atomic_load_n(reinterpret_cast<const std::uint64_t*>(begin_ + offset),
                               __ATOMIC_ACQUIRE);
    }

    /// A row of one moment; nothing if it changed at this attempt.
    [[nodiscard]] std::optional<trace::fiber_row> row(std::uint64_t index) const {
        const auto offset = copy<trace::header>(0).rows.offset + index * sizeof(trace::fiber_row);
        const auto before = head(offset);
        auto made = copy<trace::fiber_row>(offset);
        return before % 2 == 0 && head(offset) == before ? std::optional(made) : std::nullopt;
    }

    /// What a tool asks for.
    [[nodiscard]] trace::control& control() const {
        return *reinterpret_cast<trace::control*>(begin_ + trace::control_offset);
    }

private:
    void map(const std::filesystem::path& file) {
        const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
        size_ = static_cast<std::size_t>(::lseek(fd, 0, SEEK_END));
        void* mapped = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        begin_ = mapped == MAP_FAILED ? nullptr : static_cast<std::byte*>(mapped);
        ::close(fd);
    }

    std::byte* begin_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace weft::test
