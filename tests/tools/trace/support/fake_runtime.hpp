// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/mman.h>
#include <unistd.h>
#include <weft/trace_events.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "memory/mapped_memory.hpp"

namespace weft::test {

/// The memory of a runtime without the runtime: the test says what happens in it.
class fake_runtime {
public:
    explicit fake_runtime(std::uint64_t slots)
        : fd_(::memfd_create(trace::memory_name, MFD_CLOEXEC)), slots_(slots) {
        if (fd_ < 0 || ::ftruncate(fd_, static_cast<off_t>(size())) != 0) {
            throw std::runtime_error("memfd_create");
        }
        begin_ = static_cast<std::byte*>(
            ::mmap(nullptr, size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0));
        describe();
    }
    ~fake_runtime() {
        ::munmap(begin_, size());
        ::close(fd_);
    }
    fake_runtime(const fake_runtime&) = delete;
    fake_runtime& operator=(const fake_runtime&) = delete;

    [[nodiscard]] trace_tool::mapped_memory attach() const {
        return trace_tool::mapped_memory(fd_, trace_tool::mapped_memory::access::control);
    }

    [[nodiscard]] trace::header& header() const { return at<trace::header>(0); }
    [[nodiscard]] trace::control& control() const {
        return at<trace::control>(trace::control_offset);
    }
    [[nodiscard]] trace::loop& loop() const { return at<trace::loop>(trace::loop_offset); }
    [[nodiscard]] trace::fiber_row& row(std::uint64_t index) const {
        return at<trace::fiber_row>(rows_at + index * sizeof(trace::fiber_row));
    }

    /// As a runtime does it. Words are stored whole, for a reader in another thread.
    void write(const trace::event& added) const {
        const auto head = loop().head;
        auto* slot = &at<std::uint64_t>(events_at + head % slots_ * sizeof(trace::event));
        const auto words =
            std::bit_cast<std::array<std::uint64_t, sizeof(trace::event) / 8>>(added);
        for (std::size_t i = 0; i < words.size(); ++i) {
            __atomic_store_n(slot + i, words[i], __ATOMIC_RELEASE);
        }
        __atomic_store_n(&loop().head, head + 1, __ATOMIC_RELEASE);
    }

    std::uint32_t add_string(std::string_view text) const {
        const auto offset = loop().strings_used;
        auto* entry = begin_ + strings_at() + offset;
        const auto length = static_cast<std::uint32_t>(text.size());
        std::memcpy(entry, &length, sizeof length);
        std::memcpy(entry + sizeof length, text.data(), text.size());
        loop().strings_used += (sizeof length + text.size() + 7) / 8 * 8;
        return static_cast<std::uint32_t>(offset / 8 + 1);
    }

private:
    static constexpr std::uint64_t most_rows = 16;
    static constexpr std::uint64_t string_bytes = 4096;
    static constexpr std::uint64_t rows_at = trace::page;
    static constexpr std::uint64_t events_at = rows_at + most_rows * sizeof(trace::fiber_row);

    [[nodiscard]] std::uint64_t strings_at() const {
        return events_at + slots_ * sizeof(trace::event);
    }
    [[nodiscard]] std::size_t size() const { return strings_at() + 2 * string_bytes; }

    template <class T>
    [[nodiscard]] T& at(std::uint64_t offset) const {
        return *reinterpret_cast<T*>(begin_ + offset);
    }

    void describe() const {
        auto& made = header();
        made.version = trace::version;
        made.size = sizeof made;
        made.whole = size();
        made.process = static_cast<std::uint32_t>(::getpid());
        made.ticks = trace::tick_source::monotonic;
        made.rows = {rows_at, sizeof(trace::fiber_row), most_rows};
        made.events = {events_at, sizeof(trace::event), slots_};
        made.strings = {strings_at(), 1, string_bytes};
        made.stacks = {strings_at() + string_bytes, 8, string_bytes / 8};
        std::strcpy(made.program.data(), "fake");
        std::strcpy(made.reasons[1].data(), "sleep");
        made.magic = trace::magic;
    }

    int fd_;
    std::uint64_t slots_;
    std::byte* begin_ = nullptr;
};

}  // namespace weft::test
