// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <vector>

#include "analysis/findings.hpp"

namespace weft::trace_tool {

/// Two fibers that waited for a lock while they held another one, each for the other's.
struct opposed_locks {
    std::uint64_t first;   ///< held by `one`, wanted by `other`
    std::uint64_t second;  ///< wanted by `one`, held by `other`
    nested_wait one;
    nested_wait other;
};

/// Each pair of locks once.
std::vector<opposed_locks> opposed_locks_of(const summary& in);

/// Locks that fibers held while they waited, took in both orders, or did not give back.
void find_wrong_locks(const summary& in, std::vector<finding>& found);

}  // namespace weft::trace_tool
