// SPDX-License-Identifier: BSL-1.0
//
// Linked into a program of tests, makes all its runtimes run on Boost.Fiber.
#include <weft/boost_fiber.hpp>

#include "engine/engine.hpp"

namespace {

[[maybe_unused]] const bool chosen = [] {
    weft::detail::default_engine = &weft::boost_fiber_engine;
    return true;
}();

}  // namespace
