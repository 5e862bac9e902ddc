// SPDX-License-Identifier: BSL-1.0
#include "report/event_text.hpp"

#include "report/stall_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "analysis/work.hpp"
#include "output/table.hpp"
#include "recording/own_events.hpp"

namespace weft::trace_tool {

namespace {

using trace::event_type;

constexpr std::array<std::pair<event_type, std::string_view>, 34> names{{
    {event_type::started, "started"},
    {event_type::spawned, "spawned"},
    {event_type::named, "named"},
    {event_type::ended, "ended"},
    {event_type::switched, "switched"},
    {event_type::woken, "woken"},
    {event_type::woken_in_vain, "woken_in_vain"},
    {event_type::poll_began, "poll_began"},
    {event_type::poll_ended, "poll_ended"},
    {event_type::io_submitted, "io_submitted"},
    {event_type::io_completed, "io_completed"},
    {event_type::lock_contended, "lock_contended"},
    {event_type::lock_received, "lock_received"},
    {event_type::span_began, "span_began"},
    {event_type::span_ended, "span_ended"},
    {event_type::mark, "mark"},
    {event_type::counter, "counter"},
    {event_type::snapshot, "snapshot"},
    {event_type::job_queued, "job_queued"},
    {event_type::job_started, "job_started"},
    {event_type::job_ended, "job_ended"},
    {event_type::cancel_asked, "cancel_asked"},
    {event_type::cancel_seen, "cancel_seen"},
    {event_type::result_lost, "result_lost"},
    {event_type::handle_lost, "handle_lost"},
    {event_type::never_started, "never_started"},
    {event_type::stalled, "stalled"},
    {event_type::work_began, "work_began"},
    {event_type::work_ended, "work_ended"},
    {event_type::work_moved, "work_moved"},
    {event_type::timer_armed, "timer_armed"},
    {event_type::timer_expired, "timer_expired"},
    {event_type::timer_disarmed, "timer_disarmed"},
    {sampled, "sampled"},
}};

std::string string_of(std::uint32_t number, const chunk& in) {
    const auto found = in.strings.find(number);
    return found == in.strings.end() ? std::string() : found->second;
}

std::string reason_of(std::uint8_t reason, const chunk& in) {
    switch (reason) {
        case trace::leave_yielded: return "yielded";
        case trace::leave_finished: return "finished";
        case trace::leave_idle: return "idle";
        default: break;
    }
    return reason < in.program.reasons.size() ? in.program.reasons[reason]
                                              : "reason " + std::to_string(reason);
}

void add_stall(event_members& made, const trace::event& shown) {
    made.emplace_back("cause", std::string(name_of(static_cast<trace::stall_cause>(shown.sub))));
    made.emplace_back("readyMeanwhile", shown.aux);
    made.emplace_back("processorMicroseconds", shown.x);
    made.emplace_back("stack", shown.stack);
    made.emplace_back("lasted", shown.object);
}

void add_switch(event_members& made, const trace::event& shown, const chunk& in) {
    made.emplace_back("to", shown.x);
    made.emplace_back("why", reason_of(shown.sub, in));
    made.emplace_back("readyBehind", shown.aux);
    made.emplace_back("stack", shown.stack);
    made.emplace_back("object", shown.object);
}

std::string kind_of_work(const trace::event& shown) {
    const auto known = name_of_work(shown.sub);
    return known.empty() ? "kind " + std::to_string(shown.sub) : std::string(known);
}

void add_work(event_members& made, const trace::event& shown, const chunk& in) {
    made.emplace_back("kind", kind_of_work(shown));
    switch (shown.type) {
        case event_type::work_began: made.emplace_back("text", string_of(shown.x, in)); break;
        case event_type::work_ended:
            made.emplace_back("failure", shown.x);
            made.emplace_back("count", shown.stack);
            made.emplace_back("remembered", (shown.aux & trace::work_was_remembered) != 0);
            break;
        default:
            made.emplace_back("sent", shown.aux != 0);
            made.emplace_back("bytes", shown.x);
            return;
    }
    made.emplace_back("object", shown.object);
}

void add_timer(event_members& made, const trace::event& shown) {
    if (shown.type != event_type::timer_disarmed) {
        made.emplace_back(
            shown.type == event_type::timer_armed ? "dueInMicroseconds" : "lateMicroseconds",
            shown.x);
    }
    made.emplace_back("object", shown.object);
}

void add_wake(event_members& made, const trace::event& shown, const chunk& in) {
    made.emplace_back("by", shown.x);
    made.emplace_back("from", reason_of(shown.sub, in));
    made.emplace_back("cancelled", shown.aux != 0);
    made.emplace_back("object", shown.object);
}

void add_sample(event_members& made, const trace::event& shown) {
    made.emplace_back("microseconds", shown.x);
    made.emplace_back("stack", shown.stack);
}

void add_counter(event_members& made, const trace::event& shown, const chunk& in) {
    made.emplace_back("text", string_of(shown.x, in));
    made.emplace_back("value", static_cast<std::int64_t>(shown.object));
}

void add_what_it_names(event_members& made, const trace::event& shown, const chunk& in) {
    if (shown.type == sampled) {  // no value of the enumeration
        add_sample(made, shown);
        return;
    }
    switch (shown.type) {
        case event_type::spawned:
            made.emplace_back("site", string_of(shown.x, in) + ":" + std::to_string(shown.aux));
            made.emplace_back("parent", shown.object);
            break;
        case event_type::switched: add_switch(made, shown, in); break;
        case event_type::woken: add_wake(made, shown, in); break;
        case event_type::named:
        case event_type::span_began:
        case event_type::mark:
        case event_type::snapshot:
        case event_type::result_lost:
            made.emplace_back("text", string_of(shown.x, in));
            made.emplace_back("object", shown.object);
            break;
        case event_type::woken_in_vain:
            made.emplace_back("from", reason_of(shown.sub, in));
            made.emplace_back("object", shown.object);
            break;
        case event_type::stalled: add_stall(made, shown); break;
        case event_type::work_began:
        case event_type::work_ended:
        case event_type::work_moved: add_work(made, shown, in); break;
        case event_type::timer_armed:
        case event_type::timer_expired:
        case event_type::timer_disarmed: add_timer(made, shown); break;
        case event_type::counter: add_counter(made, shown, in); break;
        default:
            made.emplace_back("x", shown.x);
            made.emplace_back("object", shown.object);
            break;
    }
}

}  // namespace

std::string name_of(trace::event_type type) {
    const auto found =
        std::ranges::find(names, type, &std::pair<event_type, std::string_view>::first);
    return found == names.end() ? "type " + std::to_string(static_cast<int>(type))
                                : std::string(found->second);
}

event_members members_of(const trace::event& shown, const chunk& in, const tick_scale& scale) {
    event_members made{{"time", scale.since_begin(shown.time)},
                       {"fiber", shown.fiber},
                       {"type", name_of(shown.type)}};
    add_what_it_names(made, shown, in);
    return made;
}

event_members raw_members_of(const trace::event& shown) {
    return {{"ticks", shown.time},  {"fiber", shown.fiber},  {"type", static_cast<int>(shown.type)},
            {"sub", shown.sub},     {"aux", shown.aux},      {"x", shown.x},
            {"stack", shown.stack}, {"object", shown.object}};
}

json json_of(const event_members& members) {
    json made = json::object();
    for (const event_member& each : members) {
        made.add(each.name, each.value);
    }
    return made;
}

std::string line_of(const event_members& members) {
    std::string line;
    for (const event_member& each : members) {
        line += line.empty() ? "" : "  ";
        line += std::string(each.name) + "=" + each.text;
    }
    return printable(line);
}

}  // namespace weft::trace_tool
