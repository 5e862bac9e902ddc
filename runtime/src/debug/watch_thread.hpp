// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

namespace weft::detail {

/// Something at which the process's watching thread looks again and again.
class watched {
public:
    /// On that thread; must be short. Returns after what time to look again.
    virtual clock::duration look() noexcept = 0;

protected:
    ~watched() = default;
};

/// There is one thread for all that is watched in the process, while there is anything.
///
/// Threads:  any.
/// \throws std::system_error, std::bad_alloc  if the thread cannot be made.
void begin_watching(watched& added);

/// Nobody looks any more when this returns. No effect in the child of a fork(), which has not that
/// thread.
void end_watching(watched& removed) noexcept;

}  // namespace weft::detail
