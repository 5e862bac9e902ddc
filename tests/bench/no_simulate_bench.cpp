// SPDX-License-Identifier: BSL-1.0
//
// Where GoogleTest is absent, nothing can be simulated.
#include "benches.hpp"

namespace weft::bench {

void run_simulate(const options&) {}

}  // namespace weft::bench
