// SPDX-License-Identifier: BSL-1.0
#include "analysis/frame_names.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "stacks/demangle.hpp"

namespace weft::trace_tool {

namespace {

std::string hex(std::uint64_t number) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%" PRIx64, number);
    return text;
}

}  // namespace

const std::vector<stack_frame>& frame_names::functions_at(std::uint64_t address) {
    const auto [found, added] = known_.try_emplace(address);
    if (added) {
        found->second = files_.functions_at(address);
        for (stack_frame& each : found->second) {
            if (each.function.empty()) {
                each.function = module_and_offset(address);
            }
        }
    }
    return found->second;
}

std::vector<stack_frame> frame_names::functions_of(const recorded_stack& stack) {
    std::vector<stack_frame> all;
    std::vector<stack_frame> chosen;
    for (const std::uint64_t address : stack.frames) {
        for (const stack_frame& each : functions_at(address)) {
            all.push_back(each);
            if (!is_internal(each.function)) {
                chosen.push_back(each);
            }
        }
    }
    return chosen.empty() ? all : chosen;
}

std::string frame_names::module_and_offset(std::uint64_t address) const {
    const auto in = std::ranges::find_if(modules_, [address](const module& each) {
        return address >= each.begin && address < each.end;
    });
    if (in == modules_.end()) {
        return hex(address);
    }
    const auto slash = in->path.rfind('/');
    return in->path.substr(slash + 1) + "+" + hex(address - in->begin + in->file_offset);
}

std::string function_and_line(const stack_frame& of) {
    const auto name = shortened(of.function);
    return of.file.empty() ? name
                           : name + "  " + of.file.substr(of.file.rfind('/') + 1) + ":" +
                                 std::to_string(of.line);
}

}  // namespace weft::trace_tool
