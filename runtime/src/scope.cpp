// SPDX-License-Identifier: BSL-1.0
#include <weft/scope.hpp>

#include <weft/this_fiber.hpp>

#include "id_source.hpp"
#include "scheduler.hpp"

#include <exception>
#include <utility>

/// Invariants of the tree of scopes:
/// 1. A scope's parent is the scope that was innermost where it was entered; the root scope of a
///    group's child hangs below the scope of the group, that of any other fiber has no parent.
/// 2. `cause` is the outermost cancelled scope on the way up, up to the first shield; it is
///    correct at every moment, so that a checkpoint need not walk.
/// 3. Cancelling never goes back: `cancel_called` stays true, `cause` only changes to an outer
///    scope, except through a shield.

namespace weft::detail {

namespace {

/// What `scope.cause` must be, given that its parent's is right.
const scope_state* cause_of(const scope_state& scope) noexcept {
    if (!scope.shielded && scope.parent != nullptr && scope.parent->cause != nullptr) {
        return scope.parent->cause;
    }
    return scope.cancel_called ? &scope : nullptr;
}

/// The next scope below `top` in depth-first order; null at the end.
scope_state* after(scope_state* scope, const scope_state* top, bool go_down) noexcept {
    if (go_down && scope->first_child != nullptr) {
        return scope->first_child;
    }
    while (scope != top && scope->next_sibling == nullptr) {
        scope = scope->parent;
    }
    return scope == top ? nullptr : scope->next_sibling;
}

/// Brings `cause` up to date in `top` and below, and tells the fibers whose innermost scope
/// changed. Without recursion: the depth is the user's, the stack a fiber's.
void update(scope_state& top) noexcept {
    for (scope_state* each = &top; each != nullptr;) {
        const auto* cause = cause_of(*each);
        const bool changed = cause != each->cause;
        each->cause = cause;
        if (changed && cause != nullptr && each->owner != nullptr && each->owner->scope == each) {
            each->owner->home->interrupt(*each->owner);
        }
        each = after(each, &top, changed);
    }
}

/// Whether the fiber entered `scope` where it is now, and not before an exception in flight was
/// thrown.
bool inside_of_unwinding(const scope_state& scope, const fiber& self, int uncaught) noexcept {
    return scope.owner == &self && scope.unwinding >= uncaught;
}

timer_queue& timers_of(const fiber& owner) noexcept {
    return owner.home->timers();
}

}  // namespace

const scope_state* cause_within_reach(const fiber& self, int uncaught) noexcept {
    const auto* cause = self.scope->cause;
    if (uncaught == 0 || cause == nullptr || inside_of_unwinding(*cause, self, uncaught)) {
        return cause;
    }
    const scope_state* outermost = nullptr;
    for (const auto* each = self.scope;
         each != nullptr && inside_of_unwinding(*each, self, uncaught);
         each = each->shielded ? nullptr : each->parent) {
        outermost = each->cancel_called ? each : outermost;
    }
    return outermost;
}

scope_state::scope_state() : scope_state(next_id()) {}

void scope_state::on_deadline(timer& due) noexcept {
    static_cast<scope_state&>(due).cancel("deadline");
}

void scope_state::attach(scope_state* above, fiber* inside) noexcept {
    owner = inside;
    parent = above;
    if (above != nullptr) {
        next_sibling = above->first_child;
        if (next_sibling != nullptr) {
            next_sibling->previous_sibling = this;
        }
        above->first_child = this;
    }
    cause = cause_of(*this);
}

void scope_state::unlink() noexcept {
    if (slot != unarmed) {
        timers_of(*owner).disarm(*this);
    }
    if (parent != nullptr) {
        (previous_sibling != nullptr ? previous_sibling->next_sibling : parent->first_child) =
            next_sibling;
        if (next_sibling != nullptr) {
            next_sibling->previous_sibling = previous_sibling;
        }
        parent = nullptr;
        next_sibling = previous_sibling = nullptr;
    }
}

void scope_state::cancel(std::string_view why, std::uint64_t by) noexcept {
    if (cancel_called) {
        return;
    }
    cancel_called = true;
    canceller = by;
    try {
        reason = why;
    } catch (...) {
        reason.clear();  // no memory for the reason: the cancellation matters more
    }
    if (slot != unarmed) {
        timers_of(*owner).disarm(*this);
    }
    if (owner != nullptr) {
        update(*this);
        if (owner->unwinding_while_parked()) {  // `cause` may be an outer scope, out of reach
            owner->home->interrupt(*owner);
        }
    }
}

void scope_state::set_shield(bool on) {
    shielded = on;
    if (owner != nullptr) {
        update(*this);
    }
}

void scope_state::set_deadline(clock::time_point wanted) {
    if (cancel_called) {
        return;
    }
    if (owner != nullptr) {
        timers_of(*owner).disarm(*this);
        if (wanted != never) {
            timers_of(*owner).arm(*this, wanted);
        }
    }
    deadline = wanted;
}

void scope_state::raise() const {
    if (cause != nullptr) {
        throw cause->cancellation();
    }
    // A shield came between the cancellation and the throw; the wait has ended all the same.
    throw cancelled(owner->cancelled_by, {});
}

entered_scope::entered_scope(scope_state& entered) : scope_(entered) {
    fiber& self = require_fiber("cancel_scope");
    if (entered.used) {
        throw usage_error("cancel_scope: a scope can be run only once");
    }
    if (entered.deadline != never && !entered.cancel_called) {
        if (entered.deadline <= self.home->now()) {
            entered.cancel("deadline");
        } else {
            timers_of(self).arm(entered, entered.deadline);
        }
    }
    entered.used = true;
    entered.unwinding = std::uncaught_exceptions();
    entered.attach(self.scope, &self);
    self.scope = &entered;
    if (entered.cause != nullptr) {
        self.credit = 0;
    }
}

entered_scope::~entered_scope() {
    fiber& self = *scope_.owner;
    self.scope = scope_.parent;
    scope_.detach();
    scope_.owner = nullptr;
    if (self.scope->cause != nullptr) {
        self.credit = 0;
    }
}

bool entered_scope::absorbs(cancelled& request) noexcept {
    if (request.scope_id() != scope_.id) {
        return false;
    }
    const auto* cause = cause_within_reach(*scope_.owner, std::uncaught_exceptions());
    if (cause != nullptr && cause != &scope_) {
        request.assign_to(cause->id);
        return false;
    }
    return true;
}

}  // namespace weft::detail

namespace weft {

void cancel_scope::cancel(std::string_view reason) {
    if (state_.owner != nullptr) {
        detail::require_thread_of(*state_.owner, "cancel_scope::cancel");
    }
    state_.cancel(reason, this_fiber::id());
}

void cancel_scope::set_deadline(clock::time_point deadline) {
    if (state_.used && state_.owner == nullptr) {
        throw usage_error("cancel_scope: set_deadline() after the scope was left");
    }
    state_.set_deadline(deadline);
}

void cancel_scope::set_shield(bool on) {
    state_.set_shield(on);
}

clock::time_point current_deadline() noexcept {
    clock::time_point earliest = never;
    const auto* self = detail::current_fiber;
    for (const auto* scope = self != nullptr ? self->scope : nullptr; scope != nullptr;
         scope = scope->shielded ? nullptr : scope->parent) {
        earliest = std::min(earliest, scope->deadline);
    }
    return earliest;
}

}  // namespace weft
