// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/job.hpp>

#include "remote_queue.hpp"

#include <memory>

namespace weft::detail {

struct fiber;

/// A function that a fiber has executed by a fiber of another runtime: where both meet.
///
/// Life: the caller sends a call_begin; its arrival starts a fiber, or it is destroyed. In both
/// cases the call's `answering` ends, which sends the reply, and that wakes the caller. So the
/// caller may wait without looking at how far the call has got.
struct remote_call : std::enable_shared_from_this<remote_call> {
    std::shared_ptr<job> work;
    std::shared_ptr<remote_queue> home;  // of the caller
    std::shared_ptr<remote_queue> target;
    std::unique_ptr<remote_item> reply;  // made in advance, so that answering cannot fail
    fiber* caller = nullptr;             // home's thread only
    fiber* executor = nullptr;           // target's thread only; null before and afterwards
    bool begun = false;                  // the caller may read it after the reply
};

}  // namespace weft::detail
