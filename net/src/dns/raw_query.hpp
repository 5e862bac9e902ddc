// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "dns/answer.hpp"

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace weft::net::dns {

/// Whom to ask, and how long.
struct raw_servers {
    std::vector<std::string> servers;  ///< as "address:port"; at least one
    std::chrono::milliseconds timeout = std::chrono::seconds(5);
    int tries = 2;
};

/// Asks questions with a raw type, all at once, and returns the answers in the same order. Nothing
/// is remembered, and no socket stays open.
///
/// Blocks:       until all have an answer or all time is over.
/// Cancellation: throws cancelled.
/// \throws net::error  if a server is no address or the machine lacks resources.
[[nodiscard]] std::vector<answer> ask_raw(const raw_servers& whom, std::span<const question> asked);

}  // namespace weft::net::dns
