// SPDX-License-Identifier: BSL-1.0
#include "boost_fiber_engine.hpp"

#include "fiber_algorithm.hpp"
#include "own_fiber.hpp"
#include "saved_context.hpp"
#include "scheduler.hpp"
#include "trace/processor.hpp"

#include <boost/context/stack_traits.hpp>
#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>

#include <cxxabi.h>
#include <memory>

namespace weft::detail {

namespace bf = boost::fibers;

namespace {

// Boost.Context finds these out at the first use. Before main(), while there is one thread, for the
// reason in fork_guard.cpp.
[[gnu::constructor]] void ask_for_limits_of_stacks() {
    static_cast<void>(boost::context::stack_traits::page_size());
    static_cast<void>(boost::context::stack_traits::is_unbounded());
}

void require_main_fiber() {
    if (!fiber_algorithm::may_be_installed_in(*bf::context::active())) {
        throw usage_error("the engine on Boost.Fiber: must be chosen on the thread's main fiber");
    }
}

/// A stack that starts finds the exceptions of the one that was left.
void forget_exceptions_of_predecessor() noexcept {
    *reinterpret_cast<exception_globals*>(abi::__cxa_get_globals()) = {};
}

}  // namespace

boost_fiber_engine::boost_fiber_engine(scheduler& home) {
    require_main_fiber();
    algorithm_ = new fiber_algorithm(home, *bf::context::active());
    current_fiber = &home.root();  // for the fibers that are ready, which the algorithm gets now
    bf::context::active()->get_scheduler()->set_algo(algorithm_);  // which owns it
    current_fiber = nullptr;
    trace::header& shown = home.trace().memory().header();
    shown.registers = processor::saved_registers;  // that library, too, switches by Boost.Context
    shown.context_inside = offset_of_saved_context(*bf::context::active());
}

boost_fiber_engine::~boost_fiber_engine() {
    algorithm_->begin_retreat();
    do {
        boost::this_fiber::yield();  // also lets finished fibers leave their stacks
    } while (algorithm_->adopted().inside_weft());
    algorithm_->end_retreat();
    bf::use_scheduling_algorithm<bf::algo::round_robin>();
}

void boost_fiber_engine::start(fiber& created) {
    algorithm_->reserve();
    const own_stack stack(created);
    bf::fiber_properties* const link = stack.link();
    bf::fiber(bf::launch::post, link, std::allocator_arg, stack, [&created] {
        if constexpr (context_keeps_exceptions) {
            forget_exceptions_of_predecessor();
        }
        created.home->run_fiber(created);
    }).detach();
    created.context = stack.link()->context();
}

void boost_fiber_engine::park(fiber& current) noexcept {
    bf::context* const next = algorithm_->pick_next();
    if (current_fiber != &current) {
        next->resume();
    }
}

void boost_fiber_engine::make_ready(fiber& woken) noexcept {
    algorithm_->push(woken);
}

}  // namespace weft::detail
