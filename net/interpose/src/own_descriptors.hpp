// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <vector>

namespace weft::interpose {

/// The descriptors without which a runtime cannot go on: those of its reactor and its signals. A
/// program that closes all that it does not know means others.
///
/// Threads: any.
namespace own_descriptors {

/// Those that are open now, within the bounds, in ascending order. \throws std::bad_alloc
[[nodiscard]] std::vector<unsigned> within(unsigned first, unsigned last);

/// The number no longer stands for one.
void forget(int fd) noexcept;

}  // namespace own_descriptors

}  // namespace weft::interpose
