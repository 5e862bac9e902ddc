// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "command.hpp"

#include <weft/net/address.hpp>
#include <weft/testing/fault_gate.hpp>

#include <string>
#include <vector>

namespace weft::gate_tool {

/// What the command line asks for.
struct options {
    bool help = false;
    net::address server;
    net::address listen = net::address::loopback_v4(0);
    testing::gate_faults faults;
};

/// \throws refusal  naming what is wrong.
[[nodiscard]] options parse(const std::vector<std::string>& arguments);

[[nodiscard]] const char* help_text() noexcept;

}  // namespace weft::gate_tool
