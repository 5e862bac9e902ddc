// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "engine/engine.hpp"

namespace weft::detail {

class fiber_algorithm;
class scheduler;

/// The engine on Boost.Fiber: weft's fibers are boost::fibers::fiber, on weft's stacks.
///
/// All it decides is in fiber_algorithm, which Boost.Fiber owns.
class boost_fiber_engine final : public engine {
public:
    /// Installs itself as the scheduling algorithm of this thread.
    ///
    /// \throws usage_error  if the running fiber is not the thread's main one.
    explicit boost_fiber_engine(scheduler& home);

    /// Waits until no fiber of Boost.Fiber is inside of weft, and gives the thread back.
    ~boost_fiber_engine() override;

    void start(fiber& created) override;
    void park(fiber& current) noexcept override;
    void make_ready(fiber& woken) noexcept override;

private:
    fiber_algorithm* algorithm_;
};

}  // namespace weft::detail
