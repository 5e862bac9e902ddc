// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "process.hpp"

#include <weft/run.hpp>

namespace weft::bench {

/// Echoes what arrives on each connection until the process is killed: a fiber per connection.
void serve_weft_echo(const announce_port& announce, engine_maker engine = nullptr);

/// Answers `hello world` to each HTTP request until the process is killed.
void serve_weft_http(const announce_port& announce);

}  // namespace weft::bench
