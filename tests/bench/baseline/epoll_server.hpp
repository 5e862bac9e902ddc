// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "process.hpp"

#include <string_view>

namespace weft::bench {

/// Echoes what arrives on each connection until the process is killed: a raw epoll loop.
[[noreturn]] void serve_raw_echo(const announce_port& announce);

/// Answers each HTTP request head with the same 11 bytes until the process is killed: a raw
/// epoll loop that only looks for the empty line.
[[noreturn]] void serve_raw_http(const announce_port& announce);

}  // namespace weft::bench
