// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "reactor/backend.hpp"

#include <atomic>

namespace weft::testing::detail {

class network;

/// The reactor of a simulated runtime: what it is asked for happens in the network of this thread.
/// Only worker threads and other runtimes make it wait in real time.
class simulated_backend final : public weft::detail::backend {
public:
    explicit simulated_backend(network& simulated);

    void submit(weft::detail::operation& asked) noexcept override;
    void cancel(weft::detail::operation& held) noexcept override;
    std::size_t poll(clock::duration limit) noexcept override;
    void wake() noexcept override;

    /// An operation that was held has its result.
    void finished(weft::detail::operation& done) noexcept;

private:
    network& network_;
    weft::detail::operation_list cancelled_;
    std::size_t finished_ = 0;
    std::atomic<bool> woken_{false};
};

}  // namespace weft::testing::detail
