// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "engine/engine.hpp"
#include "engine/ready_queue.hpp"

#include <boost/context/detail/fcontext.hpp>

#include <cstdint>

namespace weft::detail {

/// The engine on Boost.Context: a parking fiber switches straight to the next ready one.
///
/// Invariants:
/// 1. There is no scheduler fiber: whoever parks runs the loop, on its own stack, until some fiber
///    is ready; if that is itself, nothing is switched.
/// 2. `context` of a fiber is valid exactly while it is not running; the fiber that was switched
///    to stores it for the one that it came from.
/// 3. A finished fiber is recycled by the next one, since it cannot free the stack it stands on.
class native_engine final : public engine {
public:
    /// \param order_seed  see run_options.
    explicit native_engine(std::uint64_t order_seed);

    void start(fiber& created) override;
    void park(fiber& current) noexcept override;
    void make_ready(fiber& woken) noexcept override;

private:
    fiber& next_ready(fiber& current) noexcept;
    static void enter(boost::context::detail::transfer_t from) noexcept;
    void run_others(fiber& current) noexcept;
    void let_time_pass(fiber& current) noexcept;
    void switch_to(fiber& from, fiber& to) noexcept;

    ready_queue ready_;
    unsigned until_turn_;  // switches
    exception_globals* thread_exceptions_;
    int* thread_errno_;
};

}  // namespace weft::detail
