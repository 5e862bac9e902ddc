// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/detail/job.hpp>
#include <weft/detail/value_share.hpp>
#include <weft/detail/wait_queue.hpp>
#include <weft/run.hpp>

#include "worker_call.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace weft::detail {

class recorder;
class remote_queue;

/// Threads for what must block: made when needed, up to a limit, and kept.
///
/// Invariants:
/// 1. A call is in the queue until a worker takes it; a cancellation that comes before takes it
///    out, and its function never runs.
/// 2. Fibers that find no free place wait in line, and get the place of a call that ends; places
///    are only free while nobody waits.
/// Threads: the loop's, and the workers inside work().
class worker_pool {
public:
    worker_pool(const run_options& options, std::shared_ptr<remote_queue> replies, recorder& trace);
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;
    ~worker_pool();

    /// Parks the running fiber until the job was executed.
    void run(const std::shared_ptr<job>& added, bool abandonable);

    /// Whether any call is queued or executing, and not waiting for its caller.
    [[nodiscard]] bool busy() const noexcept { return unanswered_ > 0; }

    /// Ends the threads once they are idle. Returns false if some still executed after `limit`;
    /// they are left behind.
    bool join(clock::duration limit) noexcept;

    /// A worker's answer has arrived on the loop's thread.
    void answered(worker_call& call) noexcept;

    /// Takes a call out of the queue. Returns whether it was there.
    bool withdraw(worker_call& call) noexcept;

private:
    struct shared_state;

    void wait_for(worker_call& call, fiber& owner);
    std::size_t enqueue(const std::shared_ptr<worker_call>& call);
    void note_queued(const worker_call& call, std::size_t ahead) noexcept;
    void note_executed(const worker_call& call) noexcept;
    void add_thread();
    void give_place_back() noexcept;
    static void work(const std::shared_ptr<shared_state>& shared, std::size_t number) noexcept;

    std::shared_ptr<shared_state> shared_;
    recorder& trace_;
    std::uint64_t calls_ = 0;  // ever
    std::size_t unanswered_ = 0;
    std::size_t free_places_;  // for calls that are queued or executing
    wait_queue in_line_;
};

}  // namespace weft::detail
