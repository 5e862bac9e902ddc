// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "engine/engine.hpp"
#include "engine/ready_queue.hpp"

#include <boost/context/detail/fcontext.hpp>

#include <cstdint>

namespace weft::detail {

/// What every switch of a thread reads first.
///
/// Thread-local and not a member of the engine: the loads and stores of a switch form a chain,
/// from one fiber's registers to the next one's, that nothing else overlaps with (the jump waits
/// for the floating-point control registers). Each pointer on the way to the ready queue would
/// lengthen it; three of them cost 1.4 of 9.5 ns per yield.
struct native_thread {
    ready_ring ready;
    exception_globals* exceptions = nullptr;
    int* error_number = nullptr;
};

extern constinit thread_local native_thread native_here __attribute__((tls_model("initial-exec")));

/// The engine on Boost.Context: a parking fiber switches straight to the next ready one.
///
/// Invariants:
/// 1. There is no scheduler fiber: whoever parks runs the loop, on its own stack, until some fiber
///    is ready; if that is itself, nothing is switched.
/// 2. `context` of a fiber is valid exactly while it is not running; the fiber that was switched
///    to stores it for the one that it came from.
/// 3. A finished fiber is recycled by the next one, since it cannot free the stack that it stands
/// on.
/// 4. native_here of the thread belongs to its only engine, from construction to destruction.
class native_engine final : public engine {
public:
    /// \param order_seed  see run_options.
    explicit native_engine(std::uint64_t order_seed);

    void start(fiber& created) override;
    void park(fiber& current) noexcept override;
    void make_ready(fiber& woken) noexcept override { native_here.ready.push(woken); }

    /// start() and park() to be inlined where fibers start and wait; see native_switch.hpp.
    void launch(fiber& created);
    void switch_away(fiber& current) noexcept;

private:
    static void enter(boost::context::detail::transfer_t from) noexcept;
    static void arrive(boost::context::detail::transfer_t from, void* fake_stack) noexcept;
    void let_time_pass(fiber& current) noexcept;
    void switch_to(fiber& from, fiber& to) noexcept;

    ready_queue ready_;
    unsigned until_turn_;      // switches, counted from where the mark was set
    unsigned until_mark_ = 0;  // the same
};

}  // namespace weft::detail
