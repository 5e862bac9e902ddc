// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <limits>
#include <string_view>

#include "recording/chunk.hpp"

namespace weft::test {

inline trace::fiber_row row_named(std::uint64_t id, std::string_view name) {
    trace::fiber_row row{};
    row.id = id;
    row.state = trace::row_state::parked;
    row.reason = 2;
    row.object = 0x7fff'0000'1234;
    row.run_ticks = std::numeric_limits<std::uint64_t>::max();
    std::ranges::copy(name.substr(0, row.name.size() - 1), row.name.begin());
    return row;
}

/// A chunk in which everything that a chunk can have is there.
inline trace_tool::chunk sample_chunk() {
    using trace::event_type;
    trace_tool::chunk made;
    made.began = {1000, 5'000'000, 1'700'000'000'000'000'000};
    made.ended = {2000, 5'000'500, 1'700'000'000'000'000'500};
    made.program = {4711, 4712,     99,       trace::tick_source::processor,
                    true, "server", "native", {"none", "sleep", "io"}};
    made.modules = {{0x400000, 0x500000, 0x1000, std::string("\x01\x00\xff", 3), "/usr/bin/x"}};
    made.strings = {{1, "accept loop"}, {3, ""}};
    made.stacks = {{7, {{0x401000, 0x400123, 0x4ff000}, true}}, {9, {{}, false}}};
    made.constants = {{0x500'0000'0000, "main.cpp"}};
    made.objects.resize(1);
    made.objects[0].kind = trace::object_kind::lock;
    made.objects[0].address = 0x7fff'0000'1234;
    made.objects[0].owner = 0xffff'ffff'0000'0002;
    made.objects[0].name = 1;
    made.rows = {row_named(1, "main"), row_named(0xffff'ffff'0000'0002, "")};
    made.gaps = {{0, 5}, {2, 1}};
    made.events = {
        {1001, 1, event_type::switched, 2, 3, 2, 7, 0x7fff'0000'1234},
        {1005, 0xffff'ffff, event_type::woken, 255, 0xffff, 0xffff'ffff, 0xffff'ffff, ~0ULL},
        {1004, 0, event_type::counter, 0, 0, 1, 0, 42},
    };
    return made;
}

}  // namespace weft::test
