// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/channel_core.hpp>
#include <weft/detail/select_case.hpp>

#include <type_traits>
#include <utility>

namespace weft::detail {

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

}  // namespace weft::detail
