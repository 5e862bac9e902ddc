// SPDX-License-Identifier: BSL-1.0

// pthread_barrier_*, pthread_spin_lock, sched_yield. libc offers no way to try a barrier, so those
// of one process are of this layer's own kind, for threads, too.

#include <weft/cross_thread/event.hpp>
#include <weft/scope.hpp>

#include "fiber_call.hpp"
#include "real_threads.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>

namespace weft::interpose {

namespace {

/// Each round has an event of its own, which those who still wake up share: the barrier itself
/// may be gone by then.
class thread_barrier {
public:
    explicit thread_barrier(unsigned parties) : parties_(parties) {}

    /// Blocks: the fiber or thread. Returns what pthread_barrier_wait() returns.
    int wait() {
        auto next = std::make_shared<cross_thread::event>();
        std::unique_lock held(guard_);
        if (++arrived_ == parties_) {
            arrived_ = 0;
            round_.swap(next);
            held.unlock();
            next->set();
            return PTHREAD_BARRIER_SERIAL_THREAD;
        }
        const auto mine = round_;
        held.unlock();
        if (is_fiber()) {
            weft::detail::run_shielded([&] { mine->wait(); });
        } else {
            mine->wait();
        }
        return 0;
    }

    [[nodiscard]] bool in_use() {
        const std::lock_guard held(guard_);
        return arrived_ != 0;
    }

private:
    std::mutex guard_;
    const unsigned parties_;
    unsigned arrived_ = 0;
    std::shared_ptr<cross_thread::event> round_ = std::make_shared<cross_thread::event>();
};

/// What stands in a pthread_barrier_t.
struct barrier_object {
    std::uint64_t mark;
    thread_barrier* barrier;
};
static_assert(sizeof(barrier_object) <= sizeof(pthread_barrier_t));

constexpr std::uint64_t barrier_mark = 0x7765'6674'6261'7272;  // no state of libc's own barriers

thread_barrier* barrier_in(const pthread_barrier_t& object) noexcept {
    barrier_object content{};
    std::memcpy(&content, &object, sizeof content);
    return content.mark == barrier_mark ? content.barrier : nullptr;
}

bool is_shared(const pthread_barrierattr_t* attributes) noexcept {
    int shared = PTHREAD_PROCESS_PRIVATE;
    return attributes != nullptr && ::pthread_barrierattr_getpshared(attributes, &shared) == 0 &&
           shared == PTHREAD_PROCESS_SHARED;
}

void let_other_fibers_run() noexcept {
    if (is_fiber()) {
        weft::detail::run_shielded([] { this_fiber::yield(); });
    }
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int pthread_barrier_init(pthread_barrier_t* object, const pthread_barrierattr_t* attributes,
                         unsigned parties) noexcept {
    if (is_shared(attributes) || parties == 0) {
        return real_threads.barrier_init(object, attributes, parties);
    }
    auto* const made = new (std::nothrow) thread_barrier(parties);
    const barrier_object content{barrier_mark, made};
    std::memcpy(static_cast<void*>(object), &content, sizeof content);
    return made != nullptr ? 0 : ENOMEM;
}

int pthread_barrier_wait(pthread_barrier_t* object) noexcept {
    thread_barrier* const barrier = barrier_in(*object);
    return barrier != nullptr ? barrier->wait() : real_threads.barrier_wait(object);
}

int pthread_barrier_destroy(pthread_barrier_t* object) noexcept {
    thread_barrier* const barrier = barrier_in(*object);
    if (barrier == nullptr) {
        return real_threads.barrier_destroy(object);
    }
    if (barrier->in_use()) {
        return EBUSY;
    }
    delete barrier;
    std::memset(static_cast<void*>(object), 0, sizeof *object);
    return 0;
}

int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
    if (!on_fiber()) {
        return real_threads.spin_lock(lock);
    }
    while (real_threads.spin_trylock(lock) != 0) {
        let_other_fibers_run();
    }
    return 0;
}

int sched_yield() noexcept {
    let_other_fibers_run();
    return real_threads.yield();
}

void thrd_yield() {
    sched_yield();
}

}  // extern "C"
