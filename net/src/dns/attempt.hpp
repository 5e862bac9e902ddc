// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "dns/answer.hpp"

#include <weft/event.hpp>

#include <optional>

namespace weft::net::dns {

/// One question to one server. Shared by the fiber that waits for the answer and by the channel.
struct attempt {
    question asked;
    event ended;
    std::optional<answer> reply;
    bool under_way = false;  ///< asked, not answered, and somebody waits
};

}  // namespace weft::net::dns
