// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What weft::net_testing has, under the names of these tests.

#include <weft/testing/scripted_stream.hpp>

namespace weft::test {

using weft::testing::scripted_stream;

}  // namespace weft::test
