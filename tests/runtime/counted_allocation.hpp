// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>

/// \file
/// A program that is linked with counted_allocation.cpp has its operator new replaced.

namespace weft::test {

/// How many allocations succeed before one fails; negative: none fails.
extern constinit std::atomic<long> until_failure;

/// Allocations not given back.
extern constinit std::atomic<long> alive;

/// Allocations made.
extern constinit std::atomic<long> allocated;

}  // namespace weft::test
