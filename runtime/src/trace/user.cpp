// SPDX-License-Identifier: BSL-1.0
#include <weft/trace.hpp>

#include "id_source.hpp"
#include "scheduler.hpp"

#include <utility>

namespace weft::trace {

namespace {

/// The recorder of the running fiber, if there is one and it records what programs tell.
detail::recorder* listening() noexcept {
    if (detail::current_fiber == nullptr) {
        return nullptr;
    }
    detail::recorder& here = detail::current_fiber->home->trace();
    return here.wants(user_events) ? &here : nullptr;
}

/// Records what the running fiber tells.
void tell(detail::recorder& to, event_type what, std::uint32_t text, std::uint64_t outer_span,
          std::uint64_t object) noexcept {
    to.note(user_events, {.fiber = static_cast<std::uint32_t>(detail::current_fiber->id),
                          .type = what,
                          .x = text,
                          .stack = static_cast<std::uint32_t>(outer_span),
                          .object = object});
}

void set_span(detail::fiber& self, std::uint64_t number) noexcept {
    self.span = number;
    self.row->span = number;
}

}  // namespace

span::span(std::string_view name) noexcept {
    detail::fiber* self = detail::current_fiber;
    if (self == nullptr) {
        return;
    }
    number_ = detail::next_id();
    outer_ = self->span;
    set_span(*self, number_);
    if (auto* recorder = listening()) {
        tell(*recorder, event_type::span_began, recorder->strings().number_of(name), outer_,
             number_);
    }
}

span::~span() {
    if (number_ == 0 || detail::current_fiber == nullptr) {
        return;
    }
    if (auto* recorder = listening()) {
        tell(*recorder, event_type::span_ended, 0, 0, number_);
    }
    set_span(*detail::current_fiber, outer_);
}

void mark(std::string_view text) noexcept {
    if (auto* recorder = listening()) {
        tell(*recorder, event_type::mark, recorder->strings().number_of(text), 0,
             detail::current_fiber->span);
    }
}

void counter(std::string_view name, std::int64_t value) noexcept {
    if (auto* recorder = listening()) {
        tell(*recorder, event_type::counter, recorder->strings().number_of(name), 0,
             static_cast<std::uint64_t>(value));
    }
}

object_name::object_name(const void* object, std::string_view name) noexcept {
    if (detail::current_fiber != nullptr) {
        object_ = object;
        detail::current_fiber->home->trace().name_object(object, name);
    }
}

object_name::~object_name() {
    if (object_ != nullptr && detail::current_fiber != nullptr) {
        detail::current_fiber->home->trace().forget_object(object_);
    }
}

}  // namespace weft::trace
