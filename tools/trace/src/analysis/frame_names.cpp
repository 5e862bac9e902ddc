// SPDX-License-Identifier: BSL-1.0
#include "analysis/frame_names.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

namespace weft::trace_tool {

namespace {

std::string hex(std::uint64_t number) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%" PRIx64, number);
    return text;
}

}  // namespace

const std::string& frame_names::name_of(std::uint64_t address) {
    const auto [found, added] = known_.try_emplace(address);
    if (added) {
        found->second = describe(address);
    }
    return found->second;
}

std::string frame_names::describe(std::uint64_t address) const {
    const auto in = std::ranges::find_if(modules_, [address](const module& each) {
        return address >= each.begin && address < each.end;
    });
    if (in == modules_.end()) {
        return hex(address);
    }
    const auto slash = in->path.rfind('/');
    return in->path.substr(slash + 1) + "+" + hex(address - in->begin + in->file_offset);
}

}  // namespace weft::trace_tool
