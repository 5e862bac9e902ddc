// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>
#include <weft/trace_format.hpp>
#include <weft/trace_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace weft::detail {

/// The memory of <weft/trace_format.hpp>, mapped for a lifetime.
///
/// A memfd cannot be given another size, so that a tool that makes a mistake can at worst spoil
/// what other tools see. Where there is none (tracing is off, or the system has no descriptor or
/// memory left), there is a private page instead, and tables without entries: who writes need not
/// ask. A child of fork() gets an empty copy of its own.
class trace_memory {
public:
    /// \throws usage_error  if a value of the options is out of range; std::system_error  if a file
    ///         was asked for and cannot be made.
    explicit trace_memory(const trace_options& chosen);
    ~trace_memory();
    trace_memory(const trace_memory&) = delete;
    trace_memory& operator=(const trace_memory&) = delete;

    /// Whether another process can find it.
    [[nodiscard]] bool shared() const noexcept { return fd_ >= 0; }

    /// The part of the first page that changes.
    struct live_page {
        trace::control asked;
        std::byte between[trace::loop_offset - trace::control_offset - sizeof(trace::control)];
        trace::loop shown;
    };
    static_assert(offsetof(live_page, shown) == trace::loop_offset - trace::control_offset);

    trace::header& header() const noexcept { return *at<trace::header>(0); }
    live_page& live() const noexcept { return *at<live_page>(trace::control_offset); }
    trace::control& control() const noexcept { return *at<trace::control>(trace::control_offset); }
    trace::loop& loop() const noexcept { return *at<trace::loop>(trace::loop_offset); }
    std::span<trace::fiber_row> rows() const noexcept { return part<trace::fiber_row>(rows_); }
    std::span<trace::object_row> objects() const noexcept {
        return part<trace::object_row>(objects_);
    }
    std::span<trace::event> events() const noexcept { return part<trace::event>(events_); }
    std::span<std::byte> strings() const noexcept { return part<std::byte>(strings_); }
    std::span<std::uint64_t> stacks() const noexcept { return part<std::uint64_t>(stacks_); }
    std::span<trace::stall_row> stalls() const noexcept { return part<trace::stall_row>(stalls_); }
    std::span<trace::stack_snapshot> asked() const noexcept {
        return part<trace::stack_snapshot>(asked_);
    }

    /// Lets readers in, once all is written that they need.
    void publish() noexcept;

    /// In the child of a fork(): what is written from now on stays in this process. Only
    /// async-signal-safe calls.
    void leave_to_parent() noexcept;

private:
    template <class T>
    [[nodiscard]] T* at(std::uint64_t offset) const noexcept {
        return reinterpret_cast<T*>(begin_ + offset);
    }
    template <class T>
    [[nodiscard]] std::span<T> part(const trace::section& where) const noexcept {
        return {at<T>(where.offset), static_cast<std::size_t>(where.count)};
    }
    void lay_out(const trace_options& chosen) noexcept;
    bool map();
    void stay_private();
    void describe() noexcept;

    int fd_ = -1;
    bool is_file_ = false;
    std::byte* begin_ = nullptr;
    std::size_t size_ = 0;
    trace::section rows_{};
    trace::section objects_{};
    trace::section events_{};
    trace::section strings_{};
    trace::section stacks_{};
    trace::section stalls_{};
    trace::section asked_{};
    std::unique_ptr<std::byte[]> private_page_;
};

/// What trace_options::stall_limit is where it is wanted and not said.
inline constexpr std::chrono::milliseconds default_stall_limit{25};

/// The options with what WEFT_TRACE says.
///
/// \throws usage_error  naming the word that it does not know.
[[nodiscard]] trace_options with_environment(trace_options chosen);

}  // namespace weft::detail
