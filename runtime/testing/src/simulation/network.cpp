// SPDX-License-Identifier: BSL-1.0
#include "simulation/network.hpp"

#include "simulation/backend.hpp"
#include "simulation/local_hosts.hpp"
#include "simulation/simulated_socket.hpp"

#include "scheduler.hpp"

#include <utility>

namespace weft::testing::detail {

thread_local network* network::here = nullptr;

network::network(std::uint64_t seed, const network_conditions& chosen, std::size_t most_events)
    : conditions(chosen), chances(seed), trace(std::make_shared<event_trace>(most_events)) {
    timer_.owner = this;
    timer_.expired = [](weft::detail::timer& due) noexcept {
        static_cast<due_timer&>(due).owner->deliver_due();
    };
}

network::~network() = default;

weft::detail::scheduler& network::home() const noexcept {
    return *weft::detail::current_fiber->home;
}

clock::time_point network::now() const noexcept {
    return weft::detail::current_fiber != nullptr ? home().now() : clock::time_point{};
}

void network::after(clock::duration delay, std::function<void()> what) {
    if (weft::detail::current_fiber == nullptr) {
        return;  // the runtime has ended, and with it what it would happen to
    }
    under_way_.push(
        {now() + delay, sent_++, std::make_shared<std::function<void()>>(std::move(what))});
    arm();
}

void network::arm() noexcept {
    const auto next = under_way_.empty() ? never : under_way_.top().due;
    if (next == armed_for_) {
        return;
    }
    home().timers().disarm(timer_);
    armed_for_ = next;
    if (next != never) {
        home().timers().arm(timer_, next);
    }
}

void network::deliver_due() noexcept {
    armed_for_ = never;
    while (!under_way_.empty() && under_way_.top().due <= now()) {
        const auto what = under_way_.top().what;
        under_way_.pop();
        (*what)();
    }
    arm();
}

int network::add(std::shared_ptr<simulated_socket> made) {
    int place = static_cast<int>(sockets_.size());
    if (!free_.empty()) {
        place = *free_.begin();
        free_.erase(free_.begin());
    } else {
        sockets_.emplace_back();
    }
    const int number = first_number + place;
    made->number = number;
    sockets_[static_cast<std::size_t>(place)] = std::move(made);
    ++open_;
    return number;
}

void network::replace(int number, std::shared_ptr<simulated_socket> by) {
    by->number = number;
    sockets_[static_cast<std::size_t>(number - first_number)] = std::move(by);
}

simulated_socket* network::find(int number) const noexcept {
    const auto place = static_cast<std::size_t>(static_cast<unsigned>(number) -
                                                static_cast<unsigned>(first_number));
    return number >= first_number && place < sockets_.size() ? sockets_[place].get() : nullptr;
}

void network::close(int number) noexcept {
    if (find(number) == nullptr) {
        return;
    }
    const int place = number - first_number;
    const auto closed = std::exchange(sockets_[static_cast<std::size_t>(place)], nullptr);
    free_.insert(place);
    --open_;
    note("closed", number);
    closed->fail_waiting(EBADF);
    closed->close();
    closed->number = 0;
}

place network::source_for(const place& towards) {
    if (towards.is_loopback()) {
        return towards.with_port(0);
    }
    const auto& own = local_hosts_here();
    return towards.is_v4() ? own.v4 : own.v6;
}

std::uint16_t network::free_port() noexcept {
    constexpr std::uint16_t first = 32'768;
    last_port_ = last_port_ == 60'999 ? first : static_cast<std::uint16_t>(last_port_ + 1);
    return last_port_;
}

std::string network::answer_for(const std::string& question) {
    if (chances.chance(conditions.name_silence)) {
        return {};
    }
    return chances.chance(conditions.name_failure) ? name_service::failure(question)
                                                   : names.answer(question);
}

void network::finished(weft::detail::operation& done) noexcept {
    reactor_->finished(done);
}

}  // namespace weft::testing::detail
