// SPDX-License-Identifier: BSL-1.0
#include "analysis/flame.hpp"

#include <algorithm>
#include <ranges>

#include "stacks/demangle.hpp"

namespace weft::trace_tool {

namespace {

// What stands between frames must not be in one.
std::string frame(std::string name) {
    std::ranges::replace(name, ';', ',');
    std::ranges::replace_if(
        name, [](char c) { return c >= 0 && c < ' '; }, ' ');
    return name;
}

std::string fiber_path(const fiber_summary& fiber, const summary& in) {
    const auto name = frame(in.fiber_name(fiber.fiber));
    return fiber.site.empty() || fiber.site == name ? name : frame(fiber.site) + ";" + name;
}

std::string wait_path(const wait_place& place, const summary& in, frame_names& names) {
    std::string path;
    const auto stack = in.stacks.find(place.stack);
    if (stack != in.stacks.end()) {
        const auto functions = names.functions_of(stack->second);
        for (const auto& each : std::views::reverse(functions)) {
            path += frame(shortened(each.function)) + ";";
        }
    }
    return path + "[" + frame(in.reason_name(place.reason)) + "]";
}

}  // namespace

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
        case flame_kind::wake:
            for (const auto& [who, time] : in.wakes) {
                paths[frame(in.fiber_name(who.first)) + ";" + frame(in.fiber_name(who.second))] +=
                    time.count;
            }
            break;
    }
    std::erase_if(paths, [](const auto& each) { return each.second == 0; });
    return paths;
}

}  // namespace weft::trace_tool
