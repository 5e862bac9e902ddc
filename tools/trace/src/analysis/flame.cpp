// SPDX-License-Identifier: BSL-1.0
#include "analysis/flame.hpp"

#include <algorithm>
#include <ranges>

#include "stacks/demangle.hpp"

namespace weft::trace_tool {

std::string flame_frame(std::string name) {
    std::ranges::replace(name, ';', ',');
    std::ranges::replace_if(
        name, [](char c) { return c >= 0 && c < ' '; }, ' ');
    return name;
}

namespace {

std::string fiber_path(const fiber_summary& fiber, const summary& in) {
    const auto name = flame_frame(in.fiber_name(fiber.fiber));
    return fiber.site.empty() || fiber.site == name ? name : flame_frame(fiber.site) + ";" + name;
}

// Its functions, outermost first, each with a semicolon behind it.
std::string stack_path(std::uint32_t number, const summary& in, frame_names& names) {
    std::string path;
    const auto stack = in.stacks.find(number);
    if (stack != in.stacks.end()) {
        const auto functions = names.functions_of(stack->second);
        for (const auto& each : std::views::reverse(functions)) {
            path += flame_frame(shortened(each.function)) + ";";
        }
    }
    return path;
}

}  // namespace

std::string wait_path(const wait_place& place, const summary& in, frame_names& names) {
    return stack_path(place.stack, in, names) + "[" + flame_frame(in.reason_name(place.reason)) +
           "]";
}

std::string sample_path(std::uint32_t stack, const summary& in, frame_names& names) {
    const auto path = stack_path(stack, in, names);
    return path.empty() ? "[unknown]" : path.substr(0, path.size() - 1);
}

std::map<std::string, std::uint64_t> flame_of(flame_kind kind, const summary& in,
                                              frame_names& names) {
    std::map<std::string, std::uint64_t> paths;
    switch (kind) {
        case flame_kind::wait:
            for (const auto& [place, time] : in.places) {
                paths[wait_path(place, in, names)] += in.scale.duration(time.ticks);
            }
            break;
        case flame_kind::run:
        case flame_kind::ready:
            for (const auto& [id, fiber] : in.fibers) {
                paths[fiber_path(fiber, in)] +=
                    in.scale.duration(kind == flame_kind::run ? fiber.running : fiber.ready);
            }
            break;
        case flame_kind::cpu:
            for (const auto& [place, microseconds] : in.samples) {
                paths[sample_path(place.stack, in, names)] += microseconds * 1000;
            }
            break;
        case flame_kind::wake:
            for (const auto& [who, time] : in.wakes) {
                paths[flame_frame(in.fiber_name(who.first)) + ";" +
                      flame_frame(in.fiber_name(who.second))] += time.count;
            }
            break;
    }
    std::erase_if(paths, [](const auto& each) { return each.second == 0; });
    return paths;
}

}  // namespace weft::trace_tool
