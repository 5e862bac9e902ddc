// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/summary.hpp"

namespace weft::trace_tool {

/// The fibers that were spawned in one place, together. Ticks.
struct site_summary {
    std::string site;
    std::uint64_t fibers = 0;
    std::uint64_t running = 0;
    std::uint64_t ready = 0;
    std::uint64_t waiting = 0;
};

/// The place whose fibers ran longest first.
std::vector<site_summary> sites_of(const summary& in);

}  // namespace weft::trace_tool
