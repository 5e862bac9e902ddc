// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/run.hpp>

namespace weft::detail {

struct fiber;

/// What runs fibers: the seam below the scheduler.
///
/// Everything above (tasks, scopes, primitives, I/O) is written against these three verbs. An
/// engine calls back into the scheduler for three things: run_fiber() as the body of a started
/// fiber, left() when a finished fiber has left its stack, and turn() to let time pass and
/// descriptors make progress, at least every scheduler::switches_per_turn() switches and whenever
/// nothing is ready.
class engine {
public:
    engine() = default;
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;
    virtual ~engine() = default;

    /// Prepares the stack of a fiber so that it enters scheduler::run_fiber(), and makes it ready.
    ///
    /// \throws std::bad_alloc  if the engine cannot hold one more fiber.
    virtual void start(fiber& created) = 0;

    /// Runs other fibers until `current`, which is the running one, is ready and has its turn.
    virtual void park(fiber& current) noexcept = 0;

    /// Puts a started fiber that is not ready at the end of the ready queue.
    virtual void make_ready(fiber& woken) noexcept = 0;
};

/// The engine of runtimes whose options choose none; null: the native one. The tests choose
/// another here to run on it unchanged.
extern engine_maker default_engine;

}  // namespace weft::detail
