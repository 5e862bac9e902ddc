// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// For tests that must know that the others have got as far as they can.

namespace weft::testing {

/// Waits until every other fiber of the runtime waits for something.
///
/// Descriptors are looked at in between, so what has come over loopback is taken up first. Virtual
/// time does not go on. Functions on worker threads count as waits.
/// Blocks:       until then; for ever while two fibers keep each other busy.
/// Cancellation: throws cancelled.
void wait_until_all_parked();

}  // namespace weft::testing
