// SPDX-License-Identifier: BSL-1.0

#include "stacks/stack_copy.hpp"

#include <algorithm>
#include <cstring>

namespace weft::trace_tool {

bool stack_copy::take(std::uint64_t low, std::uint64_t high) {
    constexpr std::uint64_t most = 1024 * 1024;
    bytes_.clear();
    low_ = low;
    alone_ = false;
    if (low >= high) {
        return false;
    }
    bytes_.resize(std::min(high - low, most));
    if (!memory_.read(low, bytes_)) {
        bytes_.clear();
    }
    return !bytes_.empty();
}

void stack_copy::use(std::uint64_t low, std::span<const std::byte> bytes) {
    bytes_.assign(bytes.begin(), bytes.end());
    low_ = low;
    alone_ = true;
}

std::optional<std::uint64_t> stack_copy::word(std::uint64_t address) const {
    std::uint64_t value = 0;
    if (address < low_ || address - low_ > bytes_.size() ||
        bytes_.size() - (address - low_) < sizeof value) {
        return alone_ ? std::nullopt : memory_.word(address);
    }
    std::memcpy(&value, &bytes_[address - low_], sizeof value);
    return value;
}

}  // namespace weft::trace_tool
