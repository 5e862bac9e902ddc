// SPDX-License-Identifier: BSL-1.0
#include "worker_pool.hpp"

#include <weft/worker_pool.hpp>

#include "blocked_signals.hpp"
#include "remote_queue.hpp"
#include "scheduler_inline.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weft::detail {

struct worker_pool::shared_state {
    explicit shared_state(const tick_clock& chosen) : clock(chosen) {}  // a deque allocates

    std::mutex guard;
    std::condition_variable work_there;
    std::condition_variable thread_gone;
    std::deque<std::shared_ptr<worker_call>> queue;
    std::vector<std::thread> members;
    std::size_t threads = 0;  // that have not ended
    std::size_t idle = 0;
    std::size_t most_threads = 0;
    bool ending = false;
    std::shared_ptr<remote_queue> replies;
    const tick_clock clock;
};

namespace {

/// Tells the loop that a call is done.
class worker_reply final : public remote_item {
public:
    explicit worker_reply(std::shared_ptr<worker_call> call) : call_(std::move(call)) {}
    void arrive(scheduler& at) noexcept override { at.workers().answered(*call_); }

private:
    std::shared_ptr<worker_call> call_;
};

std::size_t thread_limit(std::size_t chosen) noexcept {
    constexpr unsigned most = 32;
    return chosen != 0 ? chosen : std::min(std::thread::hardware_concurrency() + 4, most);
}

/// Cancellation has reached a fiber that waits for a worker.
void abort_call(fiber& parked) noexcept {
    auto& call = *static_cast<worker_call*>(parked.wait_record);
    call.request_cancellation();
    if (parked.home->workers().withdraw(call) || call.abandonable) {
        call.owner = nullptr;
        call.aborted = true;
        parked.home->make_ready(parked);
    }
    // Else the function runs on the worker: its result counts, the next checkpoint throws.
}

}  // namespace

worker_pool::worker_pool(const run_options& options, std::shared_ptr<remote_queue> replies,
                         recorder& trace)
    : shared_(std::make_shared<shared_state>(trace.clock())),
      trace_(trace),
      free_places_(thread_limit(options.worker_threads) + options.worker_queue) {
    shared_->most_threads = thread_limit(options.worker_threads);
    shared_->replies = std::move(replies);
}

worker_pool::~worker_pool() {
    join(clock::duration::zero());
}

void worker_pool::work(const std::shared_ptr<shared_state>& shared, std::size_t number) noexcept {
    ::pthread_setname_np(::pthread_self(), ("weft-worker-" + std::to_string(number)).c_str());
    const auto thread = static_cast<std::uint32_t>(::syscall(SYS_gettid));
    std::unique_lock lock(shared->guard);
    for (;;) {
        ++shared->idle;
        shared->work_there.wait(lock, [&] { return shared->ending || !shared->queue.empty(); });
        --shared->idle;
        if (shared->queue.empty()) {
            break;
        }
        auto call = std::move(shared->queue.front());
        shared->queue.pop_front();
        lock.unlock();
        call->recorded.thread = thread;
        call->recorded.began = shared->clock.now();
        worker_call::execute(call, shared->replies);
        call->recorded.ended = shared->clock.now();
        auto reply = std::move(call->reply);
        call.reset();  // the reply holds it: the function is destroyed on the loop's thread
        shared->replies->push(std::move(reply), true);
        lock.lock();
    }
    --shared->threads;
    shared->thread_gone.notify_all();
}

void worker_pool::add_thread() {
    const blocked_signals blocked;
    shared_->members.reserve(shared_->most_threads);
    shared_->members.emplace_back(&worker_pool::work, shared_, shared_->threads + 1);
    ++shared_->threads;
}

/// Returns how many calls were in the queue already.
std::size_t worker_pool::enqueue(const std::shared_ptr<worker_call>& call) {
    const std::lock_guard lock(shared_->guard);
    const std::size_t ahead = shared_->queue.size();
    shared_->queue.push_back(call);
    if (shared_->queue.size() > shared_->idle && shared_->threads < shared_->most_threads) {
        try {
            add_thread();
        } catch (...) {
            if (shared_->threads == 0) {  // nobody else will do it
                shared_->queue.pop_back();
                throw;
            }
        }
    }
    shared_->work_there.notify_one();
    return ahead;
}

void worker_pool::note_queued(const worker_call& call, std::size_t ahead) noexcept {
    trace_.note(trace::worker_events, {.fiber = static_cast<std::uint32_t>(call.recorded.caller),
                                       .type = trace::event_type::job_queued,
                                       .x = static_cast<std::uint32_t>(ahead),
                                       .object = call.recorded.number});
}

void worker_pool::note_executed(const worker_call& call) noexcept {
    const auto& [number, caller, began, ended, thread] = call.recorded;
    trace::event noted{.time = began,
                       .fiber = static_cast<std::uint32_t>(caller),
                       .type = trace::event_type::job_started,
                       .x = thread,
                       .object = number};
    trace_.note(trace::worker_events, noted);
    noted.time = ended;
    noted.type = trace::event_type::job_ended;
    trace_.note(trace::worker_events, noted);
}

void worker_pool::run(const std::shared_ptr<job>& added, bool abandonable) {
    fiber& self = checked_fiber();
    if (free_places_ > 0) {
        --free_places_;
    } else {
        waiter in_line;  // give_place_back() passes its place straight on
        in_line_.wait(in_line, wait_reason::worker, this);
    }
    std::shared_ptr<worker_call> call;
    try {
        call = std::make_shared<worker_call>(added, self, abandonable, ++calls_);
        call->reply = std::make_unique<worker_reply>(call);
        note_queued(*call, enqueue(call));
    } catch (...) {
        if (call != nullptr) {
            call->reply.reset();  // it holds the call itself
        }
        give_place_back();
        throw;
    }
    ++unanswered_;
    wait_for(*call, self);
}

/// Parks the owner until its call is answered, and executes what the worker asks it to meanwhile.
void worker_pool::wait_for(worker_call& call, fiber& owner) {
    auto* abort = &abort_call;
    for (;;) {
        owner.home->park(owner, wait_reason::worker, call.work.get(), abort, &call);
        if (call.aborted) {
            raise_cancelled(owner);
        }
        if (call.question == nullptr) {
            return;
        }
        --unanswered_;  // the worker waits for this fiber: virtual time may pass
        call.answer_question();
        ++unanswered_;
        if (cause_within_reach(owner, std::uncaught_exceptions()) != nullptr) {
            // It came while the fiber was awake: nobody will abort the next wait.
            call.request_cancellation();
            abort = nullptr;
            if (call.abandonable) {
                call.owner = nullptr;
                raise_cancelled(owner);
            }
        }
    }
}

void worker_pool::give_place_back() noexcept {
    if (!in_line_.wake_front()) {
        ++free_places_;
    }
}

void worker_pool::answered(worker_call& call) noexcept {
    --unanswered_;
    note_executed(call);
    give_place_back();
    if (call.owner != nullptr) {
        call.owner->home->make_ready(*call.owner);
    }
}

bool worker_pool::withdraw(worker_call& call) noexcept {
    const std::lock_guard lock(shared_->guard);
    const auto found = std::find_if(shared_->queue.begin(), shared_->queue.end(),
                                    [&](const auto& queued) { return queued.get() == &call; });
    if (found == shared_->queue.end()) {
        return false;
    }
    call.reply.reset();  // it holds the call itself
    shared_->queue.erase(found);
    --unanswered_;
    give_place_back();
    return true;
}

bool worker_pool::join(clock::duration limit) noexcept {
    std::unique_lock lock(shared_->guard);
    shared_->ending = true;
    shared_->work_there.notify_all();
    // Bounded, since the deadline of a wait without end would overflow.
    const bool ended = shared_->thread_gone.wait_for(
        lock, std::min<clock::duration>(limit, std::chrono::hours(24 * 365)),
        [&] { return shared_->threads == 0; });
    auto members = std::move(shared_->members);
    shared_->members.clear();
    lock.unlock();
    for (auto& each : members) {
        ended ? each.join() : each.detach();
    }
    return ended;
}

void run_on_worker(const std::shared_ptr<job>& added, bool abandon_on_cancel) {
    require_fiber("to_thread").home->workers().run(added, abandon_on_cancel);
}

}  // namespace weft::detail
