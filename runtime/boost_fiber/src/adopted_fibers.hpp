// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fiber.hpp"

#include <boost/fiber/context.hpp>

#include <memory>
#include <vector>

namespace weft::detail {

class scheduler;

/// The stack of a context, as far as it is known: the context stands at its top.
[[nodiscard]] stack stack_below(boost::fibers::context& context) noexcept;

/// The fibers that were started by Boost.Fiber and not by weft: each gets a control block, so that
/// it can wait in weft, be cancelled, and be seen.
///
/// Invariants:
/// 1. A control block lives in the fiber-specific storage of its context, hence until that ends.
/// 2. The last one that ended is kept, since its fiber still runs while it ends.
class adopted_fibers {
public:
    explicit adopted_fibers(scheduler& home) noexcept : home_(home) {}
    adopted_fibers(const adopted_fibers&) = delete;
    adopted_fibers& operator=(const adopted_fibers&) = delete;
    ~adopted_fibers();

    /// The control block of a context, made if there is none.
    fiber& of(boost::fibers::context& context);

    /// Whether one of them is inside of a blocking call of weft, or about to leave it.
    [[nodiscard]] bool inside_weft() const noexcept;

private:
    struct record;
    struct release;

    void ended(std::unique_ptr<fiber> gone) noexcept;

    scheduler& home_;
    record* first_ = nullptr;
    std::unique_ptr<fiber> last_ended_;
};

}  // namespace weft::detail
