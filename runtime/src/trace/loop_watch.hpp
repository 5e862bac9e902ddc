// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>
#include <weft/trace_format.hpp>

#include "debug/loop_signal.hpp"
#include "debug/watch_thread.hpp"
#include "fiber.hpp"
#include "trace/memory.hpp"
#include "trace/stack_table.hpp"
#include "trace/thread_usage.hpp"

#include <pthread.h>
#include <sys/types.h>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

namespace weft::detail {

/// A stall that is over, for the loop to record.
struct ended_stall {
    std::uint64_t fiber = 0;
    trace::stall_cause cause = trace::stall_cause::unknown;
    std::size_t ready = 0;
    std::uint64_t lasted = 0;     // ns
    std::uint64_t processor = 0;  // ns
    stack_table::chain where;
};

/// Sees from another thread that a fiber keeps the loop for too long, and why: while that lasts, in
/// the memory that tools read.
///
/// The loop does nothing for it but what it does anyway. Whether it goes on is seen from how often
/// it has switched and turned. Only if it does not, it is interrupted by a signal, to take the
/// registers and the stack; again each time the stall has become twice as long.
///
/// Invariants:
/// 1. Rows are written by the watching thread, but `where` by the signal handler.
/// 2. `captured_` and `where` of the row belong to the handler while `capture_` is asked or taking,
///    else to the watching thread.
/// 3. At most `most_a_minute` stalls a minute get a row; those at a place that has one share it.
class loop_watch final : private watched {
public:
    static constexpr unsigned most_a_minute = 5;

    explicit loop_watch(const trace_memory& memory) noexcept;
    ~loop_watch();
    loop_watch(const loop_watch&) = delete;
    loop_watch& operator=(const loop_watch&) = delete;

    /// Of the calling thread; if the memory is shared.
    /// \param limit  how long a fiber may keep it; 0: only tools may ask where it is.
    void begin(clock::duration limit);

    /// In the signal handler, on the loop's thread.
    void interrupted(const ucontext_t& context, std::size_t ready) noexcept;

    /// On the loop's thread: whether take_ended() has something.
    [[nodiscard]] bool has_ended() const noexcept {
        return ended_count_.load(std::memory_order_relaxed) != 0;
    }
    [[nodiscard]] std::optional<ended_stall> take_ended() noexcept;

private:
    enum class capture : std::uint8_t { none, asked, taking, taken };
    struct captured {
        std::uint64_t stall = 0;  // its number
        std::size_t ready = 0;
        std::array<char, 32> name{};
        stack_table::chain where;
    };
    struct progress {
        std::uint64_t switches;
        std::uint64_t turns;
        bool operator==(const progress&) const = default;
    };

    clock::duration look() noexcept override;
    [[nodiscard]] progress seen_now() const noexcept;
    void begin_stall() noexcept;
    void ask() noexcept;
    void take_captured() noexcept;
    void update(clock::time_point now) noexcept;
    void end_stall(clock::time_point now) noexcept;
    void share_row() noexcept;
    [[nodiscard]] bool may_have_row(clock::time_point now) noexcept;
    [[nodiscard]] trace::stall_row& free_row() noexcept;

    const std::span<trace::stall_row> rows_;
    const std::span<trace::stack_snapshot> asked_;
    const trace::control& control_;
    trace::loop& shown_;
    const bool shared_;

    std::optional<loop_signal> signal_;
    pthread_t loop_{};
    pid_t thread_ = 0;
    clock::duration limit_{};

    // Of the watching thread.
    progress seen_{};
    clock::time_point since_{};
    std::optional<thread_usage> before_;  // at the second look at this step
    clock::time_point before_at_{};
    std::uint64_t blocked_ = 0;  // ns since then that it waited in the kernel
    bool stalled_ = false;
    trace::stall_row* row_ = nullptr;  // of the present stall; null: too many
    clock::duration ask_again_{};
    ended_stall present_{};
    std::array<std::uint64_t, 32> places_{};  // of the rows
    clock::time_point minute_{};
    unsigned this_minute_ = 0;

    std::atomic<capture> capture_{capture::none};
    trace::stall_row* wanted_ = nullptr;  // changes only while capture_ is none
    std::uint64_t wanted_switches_ = 0;   // the same
    captured captured_;

    std::mutex guard_;  // of those that have ended
    std::array<ended_stall, 8> ended_{};
    std::atomic<std::size_t> ended_count_{0};
};

}  // namespace weft::detail
