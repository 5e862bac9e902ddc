// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What weft::net_testing has for streams, under the names of these tests.

#include <weft/testing/memory_stream.hpp>
#include <weft/testing/stream_text.hpp>

namespace weft::test {

using weft::testing::connect_in_memory;
using weft::testing::memory_connection;
using weft::testing::memory_options;
using weft::testing::memory_pipe;
using weft::testing::memory_stream;
using weft::testing::pattern;
using weft::testing::read_up_to;

}  // namespace weft::test
