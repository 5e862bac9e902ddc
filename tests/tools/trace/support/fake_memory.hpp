// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_format.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::test {

/// A memory as a runtime of this process would have it, filled by a test. While it lives, the tool
/// finds it in this process.
class fake_memory {
public:
    static constexpr std::uint64_t object_rows = 64;
    static constexpr std::uint64_t string_bytes = 4096;

    explicit fake_memory(std::uint64_t rows = 64);
    fake_memory(const fake_memory&) = delete;
    fake_memory& operator=(const fake_memory&) = delete;
    ~fake_memory();

    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::byte* begin() const noexcept { return begin_; }
    [[nodiscard]] trace::header& header() const noexcept;
    [[nodiscard]] trace::loop& loop() const noexcept;
    [[nodiscard]] trace::fiber_row& row(std::size_t index) const noexcept;

    /// Adds a fiber with the next id, parked for `reason` on `object`, or ready for reason 0.
    trace::fiber_row& add_fiber(std::string_view name, std::uint8_t reason = 0,
                                std::uint64_t object = 0);

    /// Adds a lock with the name, held by the fiber with id `owner`.
    trace::object_row& add_lock(std::string_view name, std::uint64_t address, std::uint64_t owner);

    /// Adds a string; returns its number.
    std::uint32_t add_string(std::string_view text);

    /// How the tool names this process.
    [[nodiscard]] static std::string source();

private:
    std::size_t size_;
    int fd_;
    std::byte* begin_;
};

/// Reasons as the memory names them.
inline constexpr std::uint8_t sleep_reason = 1;
inline constexpr std::uint8_t join_reason = 2;
inline constexpr std::uint8_t mutex_reason = 3;
inline constexpr std::uint8_t reading_reason = 10;

}  // namespace weft::test
