// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Waits that return by a jump where the processor would mispredict a return.
///
/// A processor predicts returns from a stack of its own: each call puts there where it comes back
/// to. A switch of fibers does not touch it, so the fiber that goes on returns to where the other
/// one has called. Among fibers that run the same code, such as the connections of a server, that
/// is right. Where they differ, as a producer and a consumer do, the first return after every
/// switch is mispredicted, and what follows waits for the whole chain of the switch: 10 of the
/// 25 ns of a hand-off. An indirect jump is predicted from history instead, which knows that the
/// two alternate. It leaves an entry behind, though, so it is only taken where the return would go
/// wrong: where the fiber that waited last came from another place.
///
/// Therefore the waits below are entered through a few instructions that C++ has no words for.
/// They keep a frame of their own, so that stacks can be walked as ever and exceptions pass.
/// Where returns are checked against a shadow stack (CET), and on other processors, the waits are
/// called and return as any function.

#include <weft/detail/wait_queue.hpp>

extern "C" {

/// Parks the running fiber in a queue until it is woken; throws cancelled.
///
/// Returns whether the return to `returns_to` would be mispredicted.
bool weft_wait_here(weft::detail::wait_queue& queue, weft::detail::wait_reason reason,
                    const void* object, const void* returns_to);

/// The same with a waiter of the caller's.
bool weft_wait_as_here(weft::detail::wait_queue& queue, weft::detail::waiter& self,
                       weft::detail::wait_reason reason, const void* object,
                       const void* returns_to);

/// weft_wait_here() for the caller of this function, to which it returns one way or the other.
void weft_wait(weft::detail::wait_queue& queue, weft::detail::wait_reason reason,
               const void* object);
void weft_wait_as(weft::detail::wait_queue& queue, weft::detail::waiter& self,
                  weft::detail::wait_reason reason, const void* object);
}
