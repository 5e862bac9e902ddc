// SPDX-License-Identifier: BSL-1.0
#include "report/why_report.hpp"

#include <algorithm>

#include "output/table.hpp"
#include "stacks/demangle.hpp"

namespace weft::trace_tool {

namespace {

constexpr std::size_t most_steps = 12;  // that are printed: the longest
constexpr std::size_t most_blamed = 5;
constexpr std::size_t most_places = 3;  // of each kind of wait

std::string_view name_of(activity what) {
    switch (what) {
        case activity::running: return "run";
        case activity::ready: return "ready";
        case activity::waiting: return "wait";
        case activity::unknown: break;
    }
    return "unknown";
}

std::string text(std::uint64_t ticks, const summary& in) {
    return duration_text(in.scale.duration(ticks));
}

std::string subject(std::uint32_t fiber, const summary& in) {
    return fiber == 0 ? "the loop"
                      : "#" + std::to_string(fiber) + " " + printable(in.fiber_name(fiber));
}

template <class Key>
std::vector<std::pair<Key, std::uint64_t>> largest_first(const std::map<Key, std::uint64_t>& of) {
    std::vector<std::pair<Key, std::uint64_t>> sorted(of.begin(), of.end());
    std::ranges::stable_sort(sorted, std::greater(), &std::pair<Key, std::uint64_t>::second);
    return sorted;
}

void print_blame(std::ostream& out, const char* how,
                 const std::map<std::uint32_t, std::uint64_t>& blamed, const summary& in) {
    auto sorted = largest_first(blamed);
    const auto all = sorted.size();
    sorted.resize(std::min(all, most_blamed));
    for (const auto& [fiber, ticks] : sorted) {
        out << "           " << how << ' ' << subject(fiber, in) << "  " << text(ticks, in) << '\n';
    }
    if (all > most_blamed) {
        out << "           and " << all - most_blamed << " others\n";
    }
}

void print_owners(std::ostream& out, const split& parts, const summary& in) {
    print_blame(out, "held by", parts.held_by, in);
    for (const auto& [fiber, ticks] : largest_first(parts.held_by)) {
        const auto deeds = largest_first(parts.owners_did.at(fiber));
        if (!deeds.empty()) {
            out << "           which meanwhile, most of the time: " << printable(deeds[0].first)
                << "  " << text(deeds[0].second, in) << '\n';
        }
        break;  // of the one that held it longest
    }
}

// The innermost function that is not weft's, if there is one.
std::string wait_text(const split::place& of, const summary& in, frame_names& names) {
    const auto stack = in.stacks.find(of.stack);
    const auto functions =
        stack == in.stacks.end() ? std::vector<stack_frame>() : names.functions_of(stack->second);
    if (functions.empty()) {
        return in.reason_name(of.reason);
    }
    const auto own = std::ranges::find_if(functions, [](const stack_frame& each) {
        return !is_internal(each.function) && !shortened(each.function).starts_with("weft::");
    });
    return in.reason_name(of.reason) + " in " +
           function_and_line(own == functions.end() ? functions.front() : *own);
}

std::string place_text(const split::place& of, const summary& in, frame_names& names) {
    return wait_text(of, in, names) + (of.about.empty() ? "" : "  (" + of.about + ")");
}

// The places of a kind, where the same line is one.
std::vector<std::pair<std::string, std::uint64_t>> places_of(const std::string& kind,
                                                             const split& parts, const summary& in,
                                                             frame_names& names) {
    std::map<std::string, std::uint64_t> places;
    for (const auto& [place, ticks] : parts.places) {
        if (place.kind == kind) {
            places[place_text(place, in, names)] += ticks;
        }
    }
    return largest_first(places);
}

void print_parts(std::ostream& out, const split& parts, const summary& in, frame_names& names) {
    constexpr std::size_t column = 11;
    const auto line = [&](const std::string& kind, std::uint64_t ticks) {
        out << "  " << kind << std::string(column - std::min(column - 1, kind.size()), ' ')
            << text(ticks, in) << '\n';
    };
    line("cpu", parts.running);
    line("ready", parts.ready);
    print_blame(out, "behind", parts.behind, in);
    for (const auto& [kind, ticks] : largest_first(parts.waiting)) {
        line(kind, ticks);
        auto places = places_of(kind, parts, in, names);
        places.resize(std::min(places.size(), most_places));
        for (const auto& [place, of] : places) {
            out << "           " << printable(place) << "  " << text(of, in) << '\n';
        }
        if (kind == "lock") {
            print_owners(out, parts, in);
        }
    }
    if (parts.unknown != 0) {
        out << "  unknown    " << text(parts.unknown, in) << "  (events were lost)\n";
    }
}

void print_wakes(std::ostream& out, const split& parts, const summary& in) {
    if (!parts.woken_by.empty()) {
        out << "woken";
        auto wakers = largest_first(parts.woken_by);
        const auto all = wakers.size();
        wakers.resize(std::min(all, most_blamed));
        for (std::size_t i = 0; i < wakers.size(); ++i) {
            out << (i == 0 ? " by " : ", ") << subject(wakers[i].first, in) << ' '
                << wakers[i].second;
        }
        out << (all > most_blamed ? " and others" : "") << " times";
        if (parts.woken_in_vain != 0) {
            out << "; " << parts.woken_in_vain << " of them in vain";
        }
        out << '\n';
    }
}

std::string step_text(const path_step& step, const summary& in) {
    std::string said(name_of(step.what.what));
    if (step.what.what == activity::waiting) {
        said += " (" + printable(in.reason_name(step.what.reason)) + ")";
    }
    return said;
}

void print_path(std::ostream& out, const std::vector<path_step>& path, const summary& in) {
    std::vector<std::size_t> order(path.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    const auto ticks = [&](std::size_t i) { return path[i].what.ticks(); };
    std::ranges::stable_sort(order, std::greater(), ticks);
    order.resize(std::min(order.size(), most_steps));
    std::ranges::sort(order);
    out << "critical path, " << order.size() << " of " << path.size() << " steps: the longest\n";
    for (const auto i : order) {
        const auto& step = path[i];
        out << "  +" << text(step.what.begin - path.front().what.begin, in) << "  "
            << std::string(2 * step.depth, ' ') << subject(step.what.fiber, in) << "  "
            << step_text(step, in) << "  " << text(step.what.ticks(), in) << '\n';
    }
}

json blame_json(const std::map<std::uint32_t, std::uint64_t>& blamed, const summary& in) {
    json made = json::array();
    for (const auto& [fiber, ticks] : largest_first(blamed)) {
        made.push_back({{"fiber", fiber},
                        {"name", in.fiber_name(fiber)},
                        {"nanoseconds", in.scale.duration(ticks)}});
    }
    return made;
}

json wakes_json(const split& parts, const summary& in) {
    json made = json::array();
    for (const auto& [fiber, count] : largest_first(parts.woken_by)) {
        made.push_back({{"fiber", fiber}, {"name", in.fiber_name(fiber)}, {"count", count}});
    }
    return made;
}

json times_json(const split& parts, const summary& in) {
    json made{{"cpu", in.scale.duration(parts.running)}, {"ready", in.scale.duration(parts.ready)}};
    for (const auto kind : wait_kinds) {
        const auto found = parts.waiting.find(std::string(kind));
        made.add(kind == "pool-queue" ? "poolQueue"
                 : kind == "pool-run" ? "poolRun"
                                      : kind,
                 found == parts.waiting.end() ? 0 : in.scale.duration(found->second));
    }
    made.add("unknown", in.scale.duration(parts.unknown));
    return made;
}

json places_json(const split& parts, const summary& in, frame_names& names) {
    json made = json::array();
    for (const auto& [place, ticks] : parts.places) {
        made.push_back({{"kind", place.kind},
                        {"place", place_text(place, in, names)},
                        {"nanoseconds", in.scale.duration(ticks)}});
    }
    return made;
}

}  // namespace

void print_why(std::ostream& out, const stretch& asked, const split& parts,
               const std::vector<path_step>& path, const summary& in, frame_names& names) {
    out << printable(asked.name) << "  " << text(asked.end - asked.begin, in) << "  fiber "
        << subject(asked.fiber, in) << '\n';
    print_parts(out, parts, in, names);
    print_wakes(out, parts, in);
    print_path(out, path, in);
    out << "coverage: " << in.file.lost << " events lost in " << in.gaps << " gaps\n";
}

json why_json(const stretch& asked, const split& parts, const std::vector<path_step>& path,
              const summary& in, frame_names& names) {
    json steps = json::array();
    for (const auto& step : path) {
        steps.push_back({{"fiber", step.what.fiber},
                         {"what", step_text(step, in)},
                         {"depth", step.depth},
                         {"begin", in.scale.since_begin(step.what.begin)},
                         {"nanoseconds", in.scale.duration(step.what.ticks())}});
    }
    return {{"formatVersion", json_version},
            {"name", asked.name},
            {"fiber", asked.fiber},
            {"begin", in.scale.since_begin(asked.begin)},
            {"nanoseconds", in.scale.duration(asked.end - asked.begin)},
            {"times", times_json(parts, in)},
            {"places", places_json(parts, in, names)},
            {"behind", blame_json(parts.behind, in)},
            {"heldBy", blame_json(parts.held_by, in)},
            {"wokenBy", wakes_json(parts, in)},
            {"wokenInVain", parts.woken_in_vain},
            {"lost", in.file.lost},
            {"path", steps}};
}

}  // namespace weft::trace_tool
