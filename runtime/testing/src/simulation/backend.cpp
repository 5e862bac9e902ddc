// SPDX-License-Identifier: BSL-1.0
#include "simulation/backend.hpp"

#include "simulation/network.hpp"
#include "simulation/simulated_socket.hpp"

#include "scheduler.hpp"

#include <cerrno>
#include <utility>

namespace weft::testing::detail {

using weft::detail::operation;

simulated_backend::simulated_backend(network& simulated) : network_(simulated) {
    network_.hold(*this);
}

void simulated_backend::submit(operation& asked) noexcept {
    if (asked.asked == operation::kind::forget) {
        if (auto* forgotten = network_.find(asked.fd)) {
            forgotten->fail_waiting(EBADF);
        }
        asked.finished = true;
        return;
    }
    auto* socket = network_.find(asked.fd);
    if (socket == nullptr) {
        asked.finished = true;
        asked.result = -1;
        // The kernel's descriptors are not simulated.
        asked.error = asked.fd >= 0 && asked.fd < network::first_number ? EOPNOTSUPP : EBADF;
        return;
    }
    auto& waiting = socket->side(asked.is_write());
    if (!waiting.empty() || !socket->attempt(asked)) {
        waiting.push_back(asked);
        ++pending_;
    }
}

void simulated_backend::cancel(operation& held) noexcept {
    network_.find(held.fd)->side(held.is_write()).remove(held);
    held.cancelled = true;
    cancelled_.push_back(held);
}

void simulated_backend::finished(operation& done) noexcept {
    done.finished = true;
    --pending_;
    ++finished_;
    done.owner->home->wake_operation(done);
}

std::size_t simulated_backend::poll(clock::duration limit) noexcept {
    finished_ = 0;
    while (auto* done = cancelled_.front()) {
        cancelled_.remove(*done);
        finished(*done);
    }
    if (finished_ == 0 && limit == clock::duration::max()) {
        woken_.wait(false, std::memory_order_acquire);
    }
    woken_.store(false, std::memory_order_release);
    return std::exchange(finished_, 0);
}

void simulated_backend::wake() noexcept {
    woken_.store(true, std::memory_order_release);
    woken_.notify_one();
}

}  // namespace weft::testing::detail
