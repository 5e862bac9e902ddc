// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/sequencer.hpp>

#include <weft/error.hpp>

#include <string>

namespace weft::testing {

sequencer::turn sequencer::wait_for(std::size_t position) {
    if (!taken_.insert(position).second) {
        throw usage_error("sequencer: position " + std::to_string(position) + " is taken");
    }
    if (position > now_ && !broken_) {
        event come;
        waiting_[position] = &come;
        try {
            come.wait();
        } catch (const cancelled&) {
            waiting_.erase(position);
            break_up();
            throw;
        }
    }
    if (broken_) {
        throw usage_error("sequencer: position " + std::to_string(position) +
                          " never comes, since an earlier one was cancelled");
    }
    return turn(*this);
}

void sequencer::go_on() noexcept {
    ++now_;
    const auto next = waiting_.find(now_);
    if (next != waiting_.end()) {
        next->second->set();
        waiting_.erase(next);
    }
}

void sequencer::break_up() noexcept {
    broken_ = true;
    for (const auto& [position, come] : waiting_) {
        come->set();
    }
    waiting_.clear();
}

}  // namespace weft::testing
