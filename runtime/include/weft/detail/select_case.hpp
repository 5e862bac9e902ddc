// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The cases of select(). Each has complete_now(), which makes the case happen if that needs no
/// wait, and finish(), which runs after it has happened. In between, if there is a wait, come
/// enter(), which says in which queue, and for the case that was chosen take_over().

#include <weft/channel.hpp>
#include <weft/channel_ends.hpp>
#include <weft/clock.hpp>
#include <weft/detail/wait_any.hpp>
#include <weft/event.hpp>
#include <weft/queue.hpp>
#include <weft/semaphore.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace weft::detail {

struct no_handler {
    void operator()() const noexcept {}
};

/// The doors by which cases reach what they wait for.
struct selectable {
    template <class T>
    static channel_core<T>& core(channel<T>& whole) {
        return whole.core_;
    }
    template <class T, auto Count, auto Close>
    static channel_core<T>& core(channel_end<T, Count, Close>& end) {
        return end.core();
    }
    /// What must live on while somebody waits: an end's channel may lose its last end meanwhile.
    template <class T>
    static std::nullptr_t kept(channel<T>&) {
        return nullptr;
    }
    template <class T, auto Count, auto Close>
    static std::shared_ptr<counted_channel<T>> kept(channel_end<T, Count, Close>& end) {
        return end.shared();
    }
    static wait_queue& waiters(event& awaited) noexcept { return awaited.waiters_; }
    static wait_queue& waiters(counting_semaphore& permits) noexcept { return permits.waiters_; }
    template <class T, class Store>
    static wait_queue& getters(basic_queue<T, Store>& from) noexcept {
        return from.getters_;
    }
};

/// A case that waits in no queue and for no deadline.
struct waitless_case {
    static void enter(wait_place&) noexcept {}
    static void take_over(const waiter&) noexcept {}
    [[nodiscard]] static clock::time_point deadline() noexcept { return never; }
};

template <class Queue, class Handler>
class get_case : public waitless_case {
public:
    get_case(Queue& source, Handler handler) : source_(source), handler_(std::move(handler)) {}

    bool complete_now() {
        taken_ = source_.try_get();
        return taken_.has_value();
    }
    void enter(wait_place& place) {
        place.queue = &selectable::getters(source_);
        place.self.slot = &taken_;
    }
    void finish() {
        if (!taken_) {
            throw queue_shut_down();
        }
        handler_(std::move(*taken_));
    }

private:
    Queue& source_;
    Handler handler_;
    decltype(std::declval<Queue&>().try_get()) taken_;
};

template <class Handler>
class event_case : public waitless_case {
public:
    event_case(event& awaited, Handler handler) : awaited_(awaited), handler_(std::move(handler)) {}

    [[nodiscard]] bool complete_now() const noexcept { return awaited_.is_set(); }
    void enter(wait_place& place) { place.queue = &selectable::waiters(awaited_); }
    void finish() { handler_(); }

private:
    event& awaited_;
    Handler handler_;
};

template <class Handler>
class acquire_case : public waitless_case {
public:
    acquire_case(counting_semaphore& permits, Handler handler)
        : permits_(permits), handler_(std::move(handler)) {}

    [[nodiscard]] bool complete_now() const noexcept { return permits_.try_acquire(); }
    void enter(wait_place& place) { place.queue = &selectable::waiters(permits_); }
    void finish() { handler_(); }

private:
    counting_semaphore& permits_;
    Handler handler_;
};

template <class Handler>
class deadline_case : public waitless_case {
public:
    deadline_case(clock::time_point deadline, Handler handler)
        : deadline_(deadline), handler_(std::move(handler)) {}

    [[nodiscard]] bool complete_now() const noexcept { return deadline_ <= clock::now(); }
    [[nodiscard]] clock::time_point deadline() const noexcept { return deadline_; }
    void finish() { handler_(); }

private:
    clock::time_point deadline_;
    Handler handler_;
};

template <class Handler>
class otherwise_case : public waitless_case {
public:
    explicit otherwise_case(Handler handler) : handler_(std::move(handler)) {}

    [[nodiscard]] static bool complete_now() noexcept { return true; }
    void finish() { handler_(); }

private:
    Handler handler_;
};

}  // namespace weft::detail
