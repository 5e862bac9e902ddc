// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/debug.hpp>

#include "debug/lock_watch.hpp"
#include "debug/step_watch.hpp"
#include "trace/recorder.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace weft::detail {

class scheduler;

/// The debug mode of one runtime: looks at what trace sites tell, and reports what seems wrong.
///
/// Threads: the loop's.
class debug_monitor final : public trace_sink {
public:
    debug_monitor(scheduler& home, const debug_options& chosen);

    void record(trace_event what, const fiber* subject, std::int64_t detail) noexcept override;

    /// `self` is about to throw cancelled for the scope `scope_id`.
    void cancellation_thrown(const fiber& self, std::uint64_t scope_id) noexcept;

    /// `reader` holds the shared mutex `lock` shared once more.
    void shared_lock_taken(const void* lock, std::uint64_t reader, bool first) noexcept;

    step_watch& steps() noexcept { return steps_; }
    lock_watch& locks() noexcept { return locks_; }

private:
    /// What is known of a live fiber.
    struct notes {
        std::uint64_t thrown_for = 0;  // scope id
        int swallowed = 0;             // cancellations for that scope
    };

    void note(trace_event what, const fiber* subject);
    void end_step();
    void look_at_locks_of(const fiber& ended);
    void look_at_holders_for(const fiber& waiting);
    void report_lock(const fiber& waiting, std::uint64_t holder);

    scheduler& home_;
    const debug_options chosen_;
    step_watch steps_;
    const fiber* running_ = nullptr;
    std::unordered_map<std::uint64_t, notes> alive_;
    lock_watch locks_;
};

/// What debug_options and the environment ask for; null if nothing.
///
/// \throws usage_error  if an option or WEFT_DEBUG has a value that it cannot have.
std::unique_ptr<debug_monitor> make_monitor(scheduler& home, const debug_options& chosen);

}  // namespace weft::detail
