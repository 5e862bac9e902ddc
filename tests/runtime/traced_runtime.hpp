// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "scheduler.hpp"

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace weft::test {

/// What the shared memory of the running fiber's runtime says, read as a tool reads it.
inline detail::trace_memory& trace_memory_here() {
    return detail::current_fiber->home->trace().memory();
}

/// The row of a fiber; null if there is none.
inline const trace::fiber_row* row_of(std::uint64_t id) {
    const auto& memory = trace_memory_here();
    for (const auto& row : memory.rows().first(memory.loop().rows_used)) {
        if (row.state != trace::row_state::unused && row.id == id) {
            return &row;
        }
    }
    return nullptr;
}

inline const trace::object_row* object_row_of(const void* object) {
    const auto& memory = trace_memory_here();
    for (const auto& row : memory.objects().first(memory.loop().objects_used)) {
        if (row.address == reinterpret_cast<std::uintptr_t>(object)) {
            return &row;
        }
    }
    return nullptr;
}

inline std::string string_numbered(std::uint32_t number) {
    if (number == 0) {
        return "";
    }
    const std::byte* entry = &trace_memory_here().strings()[(number - 1) * std::size_t{8}];
    trace::string_entry size{};
    std::memcpy(&size, entry, sizeof size);
    return {reinterpret_cast<const char*>(entry + sizeof size), size.length};
}

inline std::vector<std::uint64_t> stack_numbered(std::uint32_t number) {
    if (number == 0) {
        return {};
    }
    const std::uint64_t* words = &trace_memory_here().stacks()[number - 1];
    trace::stack_entry entry{};
    std::memcpy(&entry, words, sizeof entry);
    return {words + 1, words + 1 + entry.depth};
}

/// Records while it lives, and gives what was recorded since.
class recording {
public:
    explicit recording(std::uint32_t classes = trace::sched_events)
        : memory_(trace_memory_here()), first_(memory_.loop().head) {
        memory_.control().mask = classes;
    }
    recording(const recording&) = delete;
    recording& operator=(const recording&) = delete;
    ~recording() { memory_.control().mask = 0; }

    [[nodiscard]] std::vector<trace::event> all() const {
        std::vector<trace::event> found;
        const auto ring = memory_.events();
        for (auto i = first_; i < memory_.loop().head; ++i) {
            found.push_back(ring[i & (ring.size() - 1)]);
        }
        return found;
    }

    /// Those of one fiber and one kind.
    [[nodiscard]] std::vector<trace::event> of(std::uint64_t fiber, trace::event_type type) const {
        auto found = all();
        std::erase_if(found, [=](const trace::event& each) {
            return each.fiber != static_cast<std::uint32_t>(fiber) || each.type != type;
        });
        return found;
    }

private:
    detail::trace_memory& memory_;
    std::uint64_t first_;
};

}  // namespace weft::test
