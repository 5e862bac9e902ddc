// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/job.hpp>
#include <weft/detail/value_share.hpp>

#include "remote_queue.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace weft::detail {

struct fiber;

/// What is recorded of a call, in ticks; the worker fills in what it did.
struct job_record {
    std::uint64_t number;
    std::uint64_t caller;  // id of the fiber
    std::uint64_t began = 0;
    std::uint64_t ended = 0;
    std::uint32_t thread = 0;
};

/// One call of to_thread(): where the fiber and the worker meet.
class worker_call {
public:
    worker_call(std::shared_ptr<job> added, fiber& caller, bool may_be_abandoned,
                std::uint64_t number);

    /// On the loop's thread: from now on check_cancelled() throws.
    void request_cancellation() noexcept;

    /// On the worker: executes the work. The function sees `self` as its call meanwhile.
    static void execute(const std::shared_ptr<worker_call>& self,
                        const std::shared_ptr<remote_queue>& questions) noexcept;

    /// On the worker: throws cancelled if that was requested.
    void check_cancelled() const;

    /// On the worker: waits until `asked` was executed by the owner. Returns false if it was not.
    [[nodiscard]] static bool run_in_owner(const std::shared_ptr<worker_call>& self, job& asked);

    /// On the loop's thread, in the owner: executes `question`, and lets the worker go on.
    void answer_question() noexcept;

    std::shared_ptr<job> work;
    std::unique_ptr<remote_item> reply;  // made in advance, so that answering cannot fail
    fiber* owner;                        // null once it has stopped waiting; loop's thread only
    const bool abandonable;
    job_record recorded;
    bool aborted = false;
    job* question = nullptr;  // what the worker wants the owner to execute; loop's thread only

private:
    friend class worker_question;
    enum class answer : unsigned char { awaited, given, refused };
    void tell(answer outcome) noexcept;

    const value_share values_;                 // what the work sees of fiber_local variables
    std::shared_ptr<remote_queue> questions_;  // set when the worker begins
    std::uint64_t cancelled_by_ = 0;           // with the reason: written before the flag is set
    std::string cancel_reason_;
    std::atomic<bool> cancel_requested_{false};
    std::mutex guard_;
    std::condition_variable answered_;
    answer answer_ = answer::awaited;
};

}  // namespace weft::detail
