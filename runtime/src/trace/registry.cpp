// SPDX-License-Identifier: BSL-1.0
#include "trace/registry.hpp"

#include "fork_guard.hpp"

#include <cstddef>
#include <mutex>

// The control block has members that make it no standard-layout type, but no virtual base: every
// compiler that weft supports gives the offsets right.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

namespace weft::detail {

namespace {

constexpr std::uint32_t magic = 0x74666577;  // "weft" in little-endian memory

}  // namespace

void publish(fiber_list& runtime) noexcept {
    const std::lock_guard lock(process_guard());
    runtime.next = weft_fiber_registry.runtimes;
    weft_fiber_registry.runtimes = &runtime;
}

void withdraw(fiber_list& runtime) noexcept {
    const std::lock_guard lock(process_guard());
    fiber_list** link = &weft_fiber_registry.runtimes;
    while (*link != &runtime) {
        link = &(*link)->next;
    }
    *link = runtime.next;
}

}  // namespace weft::detail

weft::detail::registry weft_fiber_registry{
    weft::detail::magic,
    1,
    nullptr,
    offsetof(weft::detail::fiber_list, first),
    offsetof(weft::detail::fiber_list, next),
    offsetof(weft::detail::fiber, next_alive),
    offsetof(weft::detail::fiber, id),
    offsetof(weft::detail::fiber, parent),
    offsetof(weft::detail::fiber, name),
    offsetof(weft::detail::fiber, state),
    offsetof(weft::detail::fiber, reason),
    offsetof(weft::detail::fiber, wait_object),
    offsetof(weft::detail::fiber, context),
    offsetof(weft::detail::fiber, memory.low),
    offsetof(weft::detail::fiber, memory.size),
};
