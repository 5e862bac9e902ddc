// SPDX-License-Identifier: BSL-1.0
#include <weft/signals.hpp>

#include <weft/detail/wait_queue.hpp>
#include <weft/error.hpp>
#include <weft/io.hpp>

#include "signal_table.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string>
#include <utility>

namespace weft {

namespace {

std::string name_of(int number) {
    const char* name = ::sigabbrev_np(number);
    return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(number);
}

void require_receivable(int number) {
    constexpr std::array faults{SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    if (number <= 0 || number >= NSIG) {
        throw usage_error("signals: there is no signal " + std::to_string(number));
    }
    if (number == SIGKILL || number == SIGSTOP || std::ranges::count(faults, number) != 0) {
        throw usage_error("signals: " + name_of(number) + " cannot be received");
    }
}

}  // namespace

signals::signals(std::vector<int> numbers) : numbers_(std::move(numbers)) {
    detail::require_fiber("signals");
    if (numbers_.empty()) {
        throw usage_error("signals: none are named");
    }
    std::ranges::for_each(numbers_, require_receivable);
    std::ranges::sort(numbers_);
    numbers_.erase(std::ranges::unique(numbers_).begin(), numbers_.end());
    inbox_ = std::make_unique<detail::signal_inbox>();
    try {
        for (const int number : numbers_) {
            if (!detail::claim_signal(number, *inbox_)) {
                throw usage_error("signals: " + name_of(number) + " has a receiver already");
            }
        }
    } catch (...) {
        restore();
        throw;
    }
}

signals::~signals() {
    restore();
}

void signals::restore() noexcept {
    for (const int number : numbers_) {
        detail::give_signal_back(number, *inbox_);
    }
    while (const auto untaken = inbox_->take()) {
        ::raise(*untaken);
    }
}

std::optional<int> signals::try_next() noexcept {
    return inbox_->take();
}

int signals::next() {
    detail::checkpoint();
    if (waiting_) {
        throw usage_error("signals: another fiber waits for them already");
    }
    for (;;) {
        if (const auto arrived = try_next()) {
            return *arrived;
        }
        struct waiting_mark {
            explicit waiting_mark(bool& set) : mark(set) { mark = true; }
            ~waiting_mark() { mark = false; }
            bool& mark;
        } const mark(waiting_);
        std::array<std::byte, 8> count{};
        static_cast<void>(io::read(inbox_->wake.get(), count));
    }
}

}  // namespace weft
