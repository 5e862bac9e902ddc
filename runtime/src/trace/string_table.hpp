// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_format.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace weft::detail {

/// Gives strings numbers, and keeps them for readers.
class string_table {
public:
    string_table(std::span<std::byte> room, trace::loop& counts) noexcept
        : room_(room), loop_(counts) {}

    /// The number of a string; 0 if there is no room for a new one, which is counted.
    std::uint32_t number_of(std::string_view text) noexcept;

private:
    std::uint32_t add(std::string_view text);

    std::span<std::byte> room_;
    trace::loop& loop_;
    std::map<std::string, std::uint32_t, std::less<>> known_;
};

}  // namespace weft::detail
