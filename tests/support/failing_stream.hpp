// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What weft::net_testing has, under the names of these tests.

#include <weft/testing/failing_stream.hpp>

namespace weft::test {

using weft::testing::failing_stream;
using weft::testing::planned_failure;

}  // namespace weft::test
