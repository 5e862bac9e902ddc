// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/testing/fault_gate.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace weft::gate_tool {

/// What the user asked for cannot be done; the message says what.
class refusal : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Adds what one command such as "delay 100" says to `faults`; `recover` begins anew.
///
/// \throws refusal  for what is no command, naming it.
void amend(std::string_view command, testing::gate_faults& faults);

/// Whether the command is about open connections, not about faults: "cut" and "cut reset".
[[nodiscard]] bool is_cut(std::string_view command) noexcept;

}  // namespace weft::gate_tool
