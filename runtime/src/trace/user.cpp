// SPDX-License-Identifier: BSL-1.0
#include <weft/trace.hpp>

#include "id_source.hpp"
#include "scheduler.hpp"

#include <utility>

namespace weft::trace {

namespace {

/// The recorder of the running fiber, if there is one and it records these.
detail::recorder* listening(event_class to = user_events) noexcept {
    if (detail::current_fiber == nullptr) {
        return nullptr;
    }
    detail::recorder& here = detail::current_fiber->home->trace();
    return here.wants(to) ? &here : nullptr;
}

event_class class_of(work_kind kind) noexcept {
    return kind == work_kind::dns ? dns_events : tls_events;
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

void snapshot(std::string_view why) noexcept {
    if (detail::current_fiber == nullptr) {
        return;
    }
    detail::recorder& here = detail::current_fiber->home->trace();
    const std::uint32_t text = here.strings().number_of(why);
    if (here.wants(user_events)) {
        tell(here, event_type::snapshot, text, 0, detail::current_fiber->span);
    }
    here.ask_for_snapshot(text);
}

void counter(std::string_view name, std::int64_t value) noexcept {
    if (auto* recorder = listening()) {
        tell(*recorder, event_type::counter, recorder->strings().number_of(name), 0,
             static_cast<std::uint64_t>(value));
    }
}

work::work(work_kind kind, std::string_view about) noexcept
    : failure_(static_cast<std::uint32_t>(std::errc::operation_canceled)), kind_(kind) {
    if (auto* recorder = listening(class_of(kind))) {
        number_ = detail::next_id();
        recorder->note(class_of(kind),
                       {.fiber = static_cast<std::uint32_t>(detail::current_fiber->id),
                        .type = event_type::work_began,
                        .sub = static_cast<std::uint8_t>(kind),
                        .x = recorder->strings().number_of(about),
                        .object = number_});
    }
}

work::~work() {
    auto* recorder = number_ != 0 ? listening(class_of(kind_)) : nullptr;
    if (recorder != nullptr) {
        recorder->note(
            class_of(kind_),
            {.fiber = static_cast<std::uint32_t>(detail::current_fiber->id),
             .type = event_type::work_ended,
             .sub = static_cast<std::uint8_t>(kind_),
             .aux = static_cast<std::uint16_t>(was_remembered_ ? work_was_remembered : 0),
             .x = failure_,
             .stack = count_,
             .object = number_});
    }
}

void work::result(std::error_code failure, std::size_t count, bool was_remembered) noexcept {
    failure_ = static_cast<std::uint32_t>(failure.value());
    count_ = static_cast<std::uint32_t>(count);
    was_remembered_ = was_remembered;
}

void work_moved(work_kind kind, bool sent, std::size_t bytes) noexcept {
    if (auto* recorder = listening(class_of(kind))) {
        recorder->note(class_of(kind),
                       {.fiber = static_cast<std::uint32_t>(detail::current_fiber->id),
                        .type = event_type::work_moved,
                        .sub = static_cast<std::uint8_t>(kind),
                        .aux = sent ? std::uint16_t{1} : std::uint16_t{0},
                        .x = static_cast<std::uint32_t>(bytes)});
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
