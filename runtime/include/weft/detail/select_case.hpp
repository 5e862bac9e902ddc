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

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <type_traits>
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

template <class Source, class Handler>
class receive_case : public waitless_case {
public:
    receive_case(Source& source, Handler handler) : source_(source), handler_(std::move(handler)) {}

    bool complete_now() {
        core_ = &selectable::core(source_);
        received_ = core_->take();
        return received_.has_value() || core_->at_end();
    }
    void enter(wait_place& place) {
        kept_ = selectable::kept(source_);
        place.queue = &core_->receivers();
        place.self.slot = &received_;
        place.self.through = &source_;
    }
    void take_over(const waiter& chosen) { core_->require_open(chosen); }
    void finish() { handler_(std::move(received_)); }

private:
    Source& source_;
    Handler handler_;
    decltype(std::declval<Source&>().try_receive()) received_;
    decltype(selectable::kept(std::declval<Source&>())) kept_{};
    std::remove_reference_t<decltype(selectable::core(std::declval<Source&>()))>* core_ = nullptr;
};

template <class Target, class T, class Handler>
class send_case : public waitless_case {
public:
    send_case(Target& target, T& value, Handler handler)
        : target_(target), value_(value), handler_(std::move(handler)) {}

    bool complete_now() {
        core_ = &selectable::core(target_);
        return core_->deliver(value_);
    }
    void enter(wait_place& place) {
        kept_ = selectable::kept(target_);
        place.queue = &core_->senders();
        place.self.slot = &value_;
        place.self.through = &target_;
    }
    void take_over(const waiter& chosen) {
        if (chosen.slot != nullptr) {
            core_->fail_to_send();
        }
    }
    void finish() { handler_(); }

private:
    Target& target_;
    T& value_;
    Handler handler_;
    decltype(selectable::kept(std::declval<Target&>())) kept_{};
    channel_core<T>* core_ = nullptr;
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

template <class Case>
inline constexpr bool is_otherwise = false;
template <class Handler>
inline constexpr bool is_otherwise<otherwise_case<Handler>> = true;

/// Whether no case comes after an otherwise(), where it could never happen.
template <class... Cases>
constexpr bool otherwise_is_last() {
    constexpr std::array otherwise{is_otherwise<std::remove_cvref_t<Cases>>...};
    return std::count(otherwise.begin(), otherwise.end() - 1, true) == 0;
}

/// Makes one of the cases happen. Returns which; its finish() is still to be called.
template <class... Cases>
std::size_t wait_for_case(Cases&... cases) {
    std::size_t chosen = 0;
    if ((... || (cases.complete_now() || (++chosen, false)))) {
        return chosen;
    }
    std::array<wait_place, sizeof...(Cases)> places;
    auto* place = places.data();
    (cases.enter(*place++), ...);
    const std::array<clock::time_point, sizeof...(Cases)> deadlines{cases.deadline()...};
    const auto* earliest = std::min_element(deadlines.begin(), deadlines.end());
    chosen = wait_any(places, *earliest, wait_reason::select, nullptr);
    if (chosen == no_place) {
        return static_cast<std::size_t>(earliest - deadlines.begin());
    }
    std::size_t index = 0;
    static_cast<void>((... || (index++ == chosen && (cases.take_over(places[chosen].self), true))));
    return chosen;
}

}  // namespace weft::detail
