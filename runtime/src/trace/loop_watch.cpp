// SPDX-License-Identifier: BSL-1.0
#include "trace/loop_watch.hpp"

#include "loop_clock.hpp"
#include "trace/processor.hpp"
#include "trace/row_change.hpp"
#include "trace/snapshot.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace weft::detail {

namespace {

/// A word that the loop writes.
template <class T>
T load(T& word) noexcept {
    return std::atomic_ref(word).load(std::memory_order_relaxed);
}

std::uint64_t nanoseconds(clock::duration time) noexcept {
    return static_cast<std::uint64_t>(std::max<clock::rep>(time.count(), 0));
}

/// How long it waited in the kernel.
std::uint64_t rest_of(std::uint64_t lasted, const thread_usage& used) noexcept {
    const std::uint64_t told = used.processor + used.waited;
    return lasted > told ? lasted - told : 0;
}

/// What took most of the time.
trace::stall_cause cause_of(std::uint64_t lasted, const thread_usage& used) noexcept {
    const std::uint64_t rest = rest_of(lasted, used);
    if (used.processor >= std::max(used.waited, rest)) {
        return trace::stall_cause::processor;
    }
    if (used.waited >= rest) {
        return trace::stall_cause::descheduled;
    }
    return used.major_faults > 0 ? trace::stall_cause::page_fault
                                 : trace::stall_cause::blocking_call;
}

thread_usage since(const thread_usage& before, const thread_usage& now) noexcept {
    return {now.processor - before.processor,
            now.waited - before.waited,
            now.minor_faults - before.minor_faults,
            now.major_faults - before.major_faults,
            now.system_call,
            now.ready};
}

/// Of the calls that led there: where in its loop a function is does not matter.
std::uint64_t place_of(const stack_table::chain& found) noexcept {
    std::uint64_t mixed = found.depth;
    for (std::size_t i = std::min<std::size_t>(1, found.depth - 1); i < found.depth; ++i) {
        mixed = (mixed ^ found.frames[i]) * 0x9e3779b97f4a7c15;  // 2^64 / golden ratio
    }
    return mixed;
}

}  // namespace

loop_watch::loop_watch(const trace_memory& memory) noexcept
    : rows_(memory.stalls()),
      asked_(memory.asked()),
      control_(memory.control()),
      shown_(memory.loop()),
      shared_(memory.shared()) {}

loop_watch::~loop_watch() {
    if (limit_ > clock::duration::zero()) {
        end_watching(*this);
    }
}

void loop_watch::begin(clock::duration limit) {
    if (!shared_) {
        return;
    }
    loop_ = ::pthread_self();
    thread_ = static_cast<pid_t>(::syscall(SYS_gettid));
    signal_.emplace();
    shown_.signal = loop_signal::ours() ? loop_signal::number : 0;
    if (limit > clock::duration::zero()) {
        limit_ = limit;
        shown_.stall_limit = nanoseconds(limit);
        begin_watching(*this);
    }
}

void loop_watch::interrupted(const ucontext_t& context, std::size_t ready) noexcept {
    const fiber& self = *current_fiber;
    const auto asked = std::atomic_ref(control_.asked_snapshot).load(std::memory_order_acquire);
    if (!asked_.empty() && asked != shown_.answered_snapshot) {
        take_snapshot(asked_.front(), self, context);
        std::atomic_ref(shown_.answered_snapshot).store(asked, std::memory_order_release);
    }
    auto expected = capture::asked;
    if (!capture_.compare_exchange_strong(expected, capture::taking)) {
        return;
    }
    if (shown_.switches != wanted_switches_) {  // it has gone on meanwhile
        capture_.store(capture::none, std::memory_order_release);
        return;
    }
    trace::stack_snapshot& taken = wanted_->where;
    take_snapshot(taken, self, context);
    captured_.stall = wanted_->number;
    captured_.ready = ready;
    captured_.name = self.name;
    captured_.where.depth = 0;
    captured_.where.frames[captured_.where.depth++] =
        taken.registers[processor::instruction_pointer];
    stack_table::follow(captured_.where, self.memory,
                        reinterpret_cast<const void*>(taken.registers[processor::frame_pointer]));
    capture_.store(capture::taken, std::memory_order_release);  // pairs with take_captured()
}

loop_watch::progress loop_watch::seen_now() const noexcept {
    return {load(shown_.switches), load(shown_.turns)};
}

clock::duration loop_watch::look() noexcept {
    const auto pause = std::max<clock::duration>(limit_ / 4, std::chrono::microseconds(250));
    const auto now = monotonic_now();
    const auto seen = seen_now();
    if (load(shown_.doing) != trace::phase::running || seen != seen_) {
        if (stalled_) {
            end_stall(now);
        }
        seen_ = seen;
        since_ = now;
        before_.reset();
        return pause;
    }
    if (!before_) {
        before_ = usage_of(thread_);
        before_at_ = now;
        blocked_ = 0;
    }
    if (now - since_ < limit_) {
        return pause;
    }
    if (!stalled_) {
        begin_stall();
    }
    update(now);
    if (row_ != nullptr && now - since_ >= ask_again_) {
        ask_again_ = 2 * (now - since_);
        ask();
    }
    return pause;
}

bool loop_watch::may_have_row(clock::time_point now) noexcept {
    if (now - minute_ >= std::chrono::minutes(1)) {
        minute_ = now;
        this_minute_ = 0;
    }
    return ++this_minute_ <= most_a_minute;
}

/// An unused row, or that of the oldest stall.
trace::stall_row& loop_watch::free_row() noexcept {
    return *std::ranges::min_element(rows_, {}, &trace::stall_row::number);
}

void loop_watch::begin_stall() noexcept {
    stalled_ = true;
    present_ = {};
    present_.fiber = load(shown_.running);
    std::atomic_ref(shown_.stalls).store(shown_.stalls + 1, std::memory_order_relaxed);
    if (!may_have_row(since_)) {
        row_ = nullptr;
        std::atomic_ref(shown_.stalls_suppressed)
            .store(shown_.stalls_suppressed + 1, std::memory_order_relaxed);
        return;
    }
    row_ = &free_row();
    std::atomic_ref(row_->where.size).store(0, std::memory_order_relaxed);
    const row_change change(*row_);
    row_->number = shown_.stalls;
    row_->fiber = present_.fiber;
    row_->began = nanoseconds(since_.time_since_epoch());
    row_->ended = 0;
    row_->repeated = 0;
    row_->ready = 0;
    row_->system_call = -1;
    row_->name = {};
    places_[static_cast<std::size_t>(row_ - rows_.data())] = 0;
    ask_again_ = {};
}

/// Interrupts the loop, to take its stack. Does nothing while it has not answered the last time.
void loop_watch::ask() noexcept {
    if (capture_.load(std::memory_order_acquire) == capture::none) {
        wanted_ = row_;
        wanted_switches_ = seen_.switches;
        capture_.store(capture::asked, std::memory_order_release);
        loop_signal::send(loop_);
    }
}

/// What the signal handler has left for this stall.
void loop_watch::take_captured() noexcept {
    if (capture_.load(std::memory_order_acquire) != capture::taken) {
        return;
    }
    if (row_ != nullptr && captured_.stall == row_->number) {
        present_.ready = captured_.ready;
        present_.where = captured_.where;
        const row_change change(*row_);
        row_->name = captured_.name;
        row_->ready = static_cast<std::uint32_t>(captured_.ready);
    }
    capture_.store(capture::none, std::memory_order_relaxed);
}

/// What is known by now.
void loop_watch::update(clock::time_point now) noexcept {
    auto used = since(*before_, usage_of(thread_));
    const auto rest = rest_of(nanoseconds(now - before_at_), used);
    blocked_ = used.ready ? std::min(blocked_, rest) : rest;
    used.waited += rest - blocked_;  // for a processor, since the last look
    present_.lasted = nanoseconds(now - since_);
    present_.processor = used.processor;
    present_.cause = cause_of(nanoseconds(now - before_at_), used);
    take_captured();
    if (row_ == nullptr) {
        return;
    }
    const row_change change(*row_);
    row_->cause = present_.cause;
    row_->lasted = row_->longest = present_.lasted;
    row_->processor = used.processor;
    row_->waited = used.waited;
    row_->minor_faults = used.minor_faults;
    row_->major_faults = used.major_faults;
    if (used.system_call >= 0) {
        row_->system_call = used.system_call;  // the last one seen: it may be on its way back
    }
}

void loop_watch::end_stall(clock::time_point now) noexcept {
    stalled_ = false;
    present_.lasted = std::max(present_.lasted, nanoseconds(now - since_));
    auto unanswered = capture::asked;
    capture_.compare_exchange_strong(unanswered, capture::none);
    take_captured();
    if (row_ != nullptr) {
        {
            const row_change change(*row_);
            row_->lasted = row_->longest = present_.lasted;
            row_->ended = 1;
        }
        share_row();
    }
    const std::lock_guard lock(guard_);
    const auto count = ended_count_.load(std::memory_order_relaxed);
    if (count < ended_.size()) {
        ended_[count] = present_;
        ended_count_.store(count + 1, std::memory_order_relaxed);
    }
}

/// If there was a stall at the same place before, its row gets this one, too.
void loop_watch::share_row() noexcept {
    if (present_.where.depth == 0) {
        return;
    }
    const auto mine = static_cast<std::size_t>(row_ - rows_.data());
    places_[mine] = place_of(present_.where);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (i != mine && rows_[i].number != 0 && places_[i] == places_[mine]) {
            const row_change change(rows_[i]);
            ++rows_[i].repeated;
            rows_[i].longest = std::max(rows_[i].longest, present_.lasted);
            const row_change emptied(*row_);
            row_->number = 0;
            --this_minute_;
            return;
        }
    }
}

std::optional<ended_stall> loop_watch::take_ended() noexcept {
    const std::lock_guard lock(guard_);
    const auto count = ended_count_.load(std::memory_order_relaxed);
    if (count == 0) {
        return std::nullopt;
    }
    const ended_stall first = ended_[0];
    std::copy(ended_.begin() + 1, ended_.begin() + static_cast<std::ptrdiff_t>(count),
              ended_.begin());
    ended_count_.store(count - 1, std::memory_order_relaxed);
    return first;
}

}  // namespace weft::detail
