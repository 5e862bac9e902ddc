// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fiber.hpp"

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// The live fibers of one runtime; part of a scheduler.
struct fiber_list {
    fiber* first = nullptr;
    std::size_t count = 0;
    scheduler* home = nullptr;
    fiber_list* next = nullptr;  // the next runtime

    void add(fiber& born) noexcept {
        born.next_alive = first;
        born.previous_alive = nullptr;
        if (first != nullptr) {
            first->previous_alive = &born;
        }
        first = &born;
        ++count;
    }
    void remove(fiber& gone) noexcept {
        (gone.previous_alive != nullptr ? gone.previous_alive->next_alive : first) =
            gone.next_alive;
        if (gone.next_alive != nullptr) {
            gone.next_alive->previous_alive = gone.previous_alive;
        }
        --count;
    }
};

/// Makes the fibers of a runtime findable, and no longer.
void publish(fiber_list& runtime) noexcept;
void withdraw(fiber_list& runtime) noexcept;

/// What a debugger, a core dump or another process needs to find every fiber: where the lists
/// begin and where the fields are. Fields are only added, together with a new version.
struct registry {
    std::uint32_t magic;  ///< 'weft'
    std::uint32_t version;
    fiber_list* runtimes;
    std::uint32_t list_first;
    std::uint32_t list_next;
    std::uint32_t fiber_next;
    std::uint32_t fiber_id;
    std::uint32_t fiber_parent;
    std::uint32_t fiber_name;
    std::uint32_t fiber_state;
    std::uint32_t fiber_reason;
    std::uint32_t fiber_wait_object;
    std::uint32_t fiber_context;
    std::uint32_t fiber_stack_low;
    std::uint32_t fiber_stack_size;
};

}  // namespace weft::detail

extern "C" {
/// The one exported symbol.
extern weft::detail::registry weft_fiber_registry;
}
