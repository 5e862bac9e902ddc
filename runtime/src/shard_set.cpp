// SPDX-License-Identifier: BSL-1.0
#include "shard_set.hpp"

#include <weft/error.hpp>

#include "scheduler.hpp"

#include <array>
#include <string>
#include <utility>

namespace weft::detail {

/// Something that a member must know, on its way to the member's thread.
class shard_set::notice final : public remote_item {
public:
    notice(member& to, news what) noexcept : to_(to), what_(what) {}
    void arrive(scheduler& at) noexcept override;

private:
    member& to_;
    news what_;
};

struct shard_set::member {
    member() {
        for (std::size_t i = 0; i < notices.size(); ++i) {
            notices[i] = std::make_unique<notice>(*this, static_cast<news>(i));
        }
    }

    std::optional<runtime_handle> runtime;                // set when it enters
    std::shared_ptr<remote_queue> queue;                  // the same; for notices
    std::array<std::unique_ptr<remote_item>, 4> notices;  // those not sent yet
    bool ended = false;                                   // its function has

    cancel_scope scope;  // around the function; these on its own thread
    event all_there;
    event all_ended;
};

void shard_set::notice::arrive(scheduler& at) noexcept {
    switch (what_) {
        case news::all_there: to_.all_there.set(); break;
        case news::failed: to_.scope.cancel("another shard has failed"); break;
        case news::all_ended: to_.all_ended.set(); break;
        case news::abandon:  // as two SIGINTs do
            at.count_interrupt();
            at.count_interrupt();
            break;
    }
}

shard_set::shard_set(std::size_t count, const std::function<void(shard&)>& function)
    : function_(function) {
    for (std::size_t i = 0; i < count; ++i) {
        members_.push_back(std::make_unique<member>());
    }
    failures_.reserve(2 * count);
}

shard_set::~shard_set() = default;

/// With the guard held.
void shard_set::tell_all(news what) noexcept {
    for (const auto& each : members_) {
        auto& unsent = each->notices[static_cast<std::size_t>(what)];
        if (each->queue != nullptr && unsent != nullptr) {
            each->queue->push(std::move(unsent), true);
        }
    }
}

void shard_set::enter(member& own) {
    const auto home = current_runtime();
    const std::lock_guard lock(guard_);
    own.runtime = home;
    own.queue = current_fiber->home->remote();
    if (++entered_ == members_.size()) {
        tell_all(news::all_there);
    }
    if (failed_) {
        tell_all(news::failed);
    }
    if (abandoned_) {
        tell_all(news::abandon);
    }
}

void shard_set::fail() noexcept {
    const std::lock_guard lock(guard_);
    failed_ = true;
    tell_all(news::failed);
}

/// With the guard held.
void shard_set::count_ended(member& own) noexcept {
    if (!std::exchange(own.ended, true) && ++ended_ == members_.size()) {
        tell_all(news::all_ended);
    }
}

void shard_set::end(member& own) noexcept {
    const std::lock_guard lock(guard_);
    count_ended(own);
}

void shard_set::run_function(member& own, std::size_t number) {
    enter(own);
    own.scope.run([&] {
        own.all_there.wait();
        shard self(*this, number);
        function_(self);
    });
}

void shard_set::wait_for_others(member& own) {
    try {
        own.all_ended.wait();
    } catch (const cancelled&) {
        fail();
        run_shielded([&] { own.all_ended.wait(); });
        throw;
    }
}

void shard_set::run_member(std::size_t own) {
    member& self = *members_[own];
    std::exception_ptr failure;
    try {
        run_function(self, own);
    } catch (...) {
        failure = std::current_exception();
        fail();
    }
    end(self);
    if (failure == nullptr) {
        wait_for_others(self);
        return;
    }
    run_shielded([&] { self.all_ended.wait(); });
    std::rethrow_exception(failure);
}

void shard_set::left(std::size_t own, std::exception_ptr failure) noexcept {
    const std::lock_guard lock(guard_);
    if (failure != nullptr) {
        failures_.push_back(std::move(failure));  // there is room
        failed_ = true;
        tell_all(news::failed);
    }
    count_ended(*members_[own]);
}

void shard_set::interrupted_in(std::size_t own) noexcept {
    const std::lock_guard lock(guard_);
    interrupted_ = true;
    if (ended_ < members_.size()) {  // after the first SIGINT it would have waited for them
        abandoned_ = true;
        tell_all(news::abandon);
    }
    count_ended(*members_[own]);
}

void shard_set::throw_failures(const error_handler& on_error) {
    if (interrupted_) {
        for (const auto& each : failures_) {
            error_report report;
            report.kind = error_kind::unhandled_exception;
            report.message = "a shard failed while SIGINT ended all";
            report.error = each;
            on_error ? on_error(report) : default_error_handler(report);
        }
        throw interrupted();
    }
    if (failures_.size() == 1) {
        std::rethrow_exception(failures_.front());
    }
    if (!failures_.empty()) {
        throw exception_group(std::move(failures_));
    }
}

const runtime_handle& shard_set::runtime(std::size_t number) const {
    if (number >= members_.size()) {
        throw usage_error("shard: there is no shard " + std::to_string(number) + " of " +
                          std::to_string(members_.size()));
    }
    return *members_[number]->runtime;
}

}  // namespace weft::detail
