// SPDX-License-Identifier: BSL-1.0
#include "simulation/event_trace.hpp"

#include "fiber.hpp"

#include <algorithm>
#include <utility>

namespace weft::testing::detail {

namespace {

/// Seconds with nine decimals.
std::string seconds(std::int64_t nanoseconds) {
    constexpr std::int64_t second = 1'000'000'000;
    return std::to_string(nanoseconds / second) + "." +
           std::to_string(second + nanoseconds % second).substr(1);
}

}  // namespace

/// 0 for what no fiber does: the network itself.
std::uint32_t event_trace::number_of_fiber() {
    const auto* running = weft::detail::current_fiber;
    if (running == nullptr || running->state != weft::detail::fiber_state::running) {
        return 0;
    }
    if (running->id != last_id_) {
        last_id_ = running->id;
        const auto next = static_cast<std::uint32_t>(fibers_.size() + 1);
        last_number_ = fibers_.emplace(last_id_, next).first->second;
    }
    return last_number_;
}

void event_trace::add(clock::time_point now, const char* what, int subject, std::uint64_t amount,
                      std::string text) {
    if (events_.size() >= most_) {
        ++dropped_;
        return;
    }
    std::int32_t words = -1;
    if (!text.empty()) {
        words = static_cast<std::int32_t>(texts_.size());
        texts_.push_back(std::move(text));
    }
    events_.push_back(
        {now.time_since_epoch().count(), what, amount, number_of_fiber(), subject, words});
}

std::string event_trace::line(const event& shown) const {
    std::string written = seconds(shown.time);
    written += shown.fiber == 0 ? " network" : " fiber " + std::to_string(shown.fiber);
    if (shown.subject != 0) {
        written += " #" + std::to_string(shown.subject);
    }
    written += std::string(": ") + shown.what;
    if (shown.amount != no_amount) {
        written += " " + std::to_string(shown.amount);
    }
    if (shown.words >= 0) {
        written += " " + texts_[static_cast<std::size_t>(shown.words)];
    }
    return written + "\n";
}

std::string event_trace::text() const {
    return last(events_.size());
}

std::string event_trace::last(std::size_t count) const {
    std::string lines;
    const auto from = events_.end() - static_cast<std::ptrdiff_t>(std::min(count, events_.size()));
    std::for_each(from, events_.end(), [&](const event& each) { lines += line(each); });
    if (dropped_ > 0) {
        lines += "... and " + std::to_string(dropped_) + " more\n";
    }
    return lines;
}

}  // namespace weft::testing::detail
