// SPDX-License-Identifier: BSL-1.0
#include "scheduler.hpp"

#include "debug/monitor.hpp"
#include "engine/switch_annotations.hpp"
#include "remote_queue.hpp"
#include "scheduler_inline.hpp"
#include "signal_watch.hpp"
#include "worker_pool.hpp"

#include <cerrno>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace weft::detail {

namespace {

void abort_operation(fiber& parked) noexcept {
    parked.home->reactor().cancel(*static_cast<operation*>(parked.wait_record));
}

}  // namespace

constinit thread_local fiber* current_fiber = nullptr;
engine_maker default_engine = nullptr;

scheduler::scheduler(run_options chosen)
    : options_(std::move(chosen)),
      trace_(with_environment(options_.trace), options_.time == time_source::virtual_time),
      backend_(make_backend(options_.backend)),
      clock_(options_.time),
      timers_(&trace_),
      root_(*this, 0, stack{}, std::source_location{}),
      remote_(std::make_shared<remote_queue>(*backend_, options_.max_posted)) {
    root_.state = fiber_state::running;
    alive_.home = this;
    // What fibers do before the first turn has a time, too.
    trace_.turned(static_cast<std::uint64_t>(clock_.now().time_since_epoch().count()));
    trace_.enter(root_);
    annotate::adopted(root_);
    debug_ = make_monitor(*this, options_.debug);
    trace_.connect(debug_.get());
    const auto chosen_engine = options_.engine != nullptr ? options_.engine : default_engine;
    engine_ = chosen_engine != nullptr ? chosen_engine(*this)
                                       : std::make_unique<native_engine>(options_.order_seed);
    native_ = dynamic_cast<native_engine*>(engine_.get());
    trace_.watch_stalls(debug_ != nullptr);
    trace_.publish(native_ != nullptr ? "native" : "boost_fiber", native_ != nullptr);
    publish(alive_);
}

scheduler::~scheduler() {
    withdraw(alive_);
    engine_.reset();  // first, since it may still have to leave stacks
}

void scheduler::set_main(fiber* main) noexcept {
    main_ = main;
    watch_signals_for(main, *this);
    if (main != nullptr) {
        main->kind = main->row->kind = trace::fiber_kind::main;
    }
}

void scheduler::interrupt(fiber& target) noexcept {
    if (target.scope->cause == nullptr) {
        return;
    }
    target.credit = 0;
    target.cancelled_by = target.scope->cause->id;
    trace_.note(trace::cancel_events, {.fiber = static_cast<std::uint32_t>(target.id),
                                       .type = trace::event_type::cancel_asked,
                                       .x = static_cast<std::uint32_t>(recorder::waker()),
                                       .object = target.cancelled_by});
    if (target.state != fiber_state::parked || target.abort == nullptr) {
        return;
    }
    if (cause_within_reach(target, static_cast<int>(target.exceptions.uncaught)) != nullptr) {
        target.end_wait();
    } else {
        limit_unwinding(target);
    }
}

/// A cancelled fiber waits while an exception unwinds it: bounds that wait.
void scheduler::limit_unwinding(fiber& target) noexcept {
    if (target.scope == nullptr || target.scope->cause == nullptr) {
        return;
    }
    if (!target.has_unwinding_limit) {
        target.has_unwinding_limit = true;
        target.unwinding_limit = now() + options_.unwinding_limit;
    }
    timers_.disarm(target.unwinding_timer);  // another cancellation may have armed it
    target.unwinding_timer.owner = &target;
    target.unwinding_timer.expired = [](timer& due) noexcept {
        auto& late = *static_cast<fiber_timer&>(due).owner;
        if (late.state == fiber_state::parked && late.abort != nullptr) {
            late.end_wait();
        }
    };
    try {
        timers_.arm(target.unwinding_timer, target.unwinding_limit);
    } catch (const std::bad_alloc&) {
        target.end_wait();  // no memory to bound the wait: it ends now
    }
}

void scheduler::park_without_credit(fiber& self) noexcept {
    if (self.no_suspend != nullptr) {
        suspension_forbidden(self, name_of(self.reason));
    }
    if (self.abort != nullptr) {
        limit_unwinding(self);
    }
}

/// The descriptor is ready, and the call is left to the fiber. If somebody else was faster it waits
/// on, unless it was cancelled meanwhile, of which nobody would tell it again.
void scheduler::try_again(fiber& self, operation& asked) noexcept {
    backend_->resume(asked);
    if (!asked.finished && self.credit == 0 &&
        cause_within_reach(self, std::uncaught_exceptions()) != nullptr) {
        backend_->cancel(asked);
    }
}

void scheduler::wait_for(operation& asked, const char* call) {
    checkpoint();
    fiber& self = *current_fiber;
    const int errno_before = errno;  // finding out that it must wait is no failure
    asked.owner = &self;
    trace_.io_submitted(self, asked.fd);
    backend_->submit(asked);
    while (!asked.finished) {
        park(self, asked.is_write() ? wait_reason::io_write : wait_reason::io_read,
             reinterpret_cast<const void*>(static_cast<std::intptr_t>(asked.fd)), &abort_operation,
             &asked);
        if (!asked.finished) {
            try_again(self, asked);
        }
    }
    trace_.io_completed(self, asked.fd, asked.error);
    if (asked.cancelled) {
        raise_cancelled(self);
    }
    if (asked.error != 0) {
        throw io_error(std::error_code(asked.error, std::system_category()), call);
    }
    errno = errno_before;
}

void scheduler::wake_operation(operation& done) noexcept {
    make_ready(*done.owner);
}

worker_pool& scheduler::workers() {
    if (workers_ == nullptr) {
        workers_ = std::make_unique<worker_pool>(options_, remote_, trace_);
    }
    return *workers_;
}

bool scheduler::end_fibers() {
    ending_ = true;
    for (fiber* each = alive_.first; each != nullptr; each = each->next_alive) {
        if (each->state != fiber_state::finished) {
            each->root_scope.cancel("the runtime is ending");
        }
    }
    while (unfinished_ > 0) {
        waiter self;
        ended_.wait_until_aborted(self, wait_reason::run, this);
        if (self.withdrawn) {
            return false;
        }
    }
    return true;
}

void scheduler::report(error_kind kind, const fiber* about, std::string_view message,
                       std::exception_ptr error, std::vector<std::string> stack) const noexcept {
    error_report made{};
    made.kind = kind;
    made.error = std::move(error);
    made.stack = std::move(stack);
    if (about != nullptr) {
        made.fiber_id = about->id;
        made.spawned_at = about->spawned_at;
    }
    try {
        made.message = message;
        made.fiber_name = about != nullptr ? about->name.data() : "";
    } catch (const std::bad_alloc&) {  // a report without words is better than none
    }
    if (options_.on_error) {
        try {
            options_.on_error(made);
            return;
        } catch (...) {  // a handler that throws is replaced for this report
        }
    }
    default_error_handler(made);
}

}  // namespace weft::detail
