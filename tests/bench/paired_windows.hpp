// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <functional>

namespace weft::bench {

/// Measures for a moment; yields what one operation costs.
using short_window = std::function<double()>;

/// What `changed` costs beside `plain`, as a ratio, on a machine that is not still.
///
/// Both are measured in turn, each time for a moment (plain, changed, changed, plain ...): whatever
/// else the machine does changes more slowly than that, so it meets both windows of a pair alike,
/// and neither is always the second. The median of the pairs' ratios leaves out those it did not.
///
/// Blocks: for all windows.
[[nodiscard]] double paired_ratio(const short_window& plain, const short_window& changed,
                                  std::size_t pairs);

}  // namespace weft::bench
