// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace weft::trace_tool {

/// How a command ended: the exit code of the program.
enum class outcome : int {
    good = 0,
    finding = 1,    ///< it looked for something bad and found it
    usage = 2,      ///< the command line asks for something that does not exist
    no_access = 3,  ///< what was named cannot be looked at
};

/// What was named exists, or may exist, but cannot be looked at. Ends the tool with
/// outcome::no_access.
class cannot_attach : public std::runtime_error {
public:
    /// `reason` names what was asked for; `remedy` says what to do, in the imperative.
    cannot_attach(const std::string& reason, std::string remedy)
        : std::runtime_error(reason), remedy_(std::move(remedy)) {}

    [[nodiscard]] const std::string& remedy() const noexcept { return remedy_; }

private:
    std::string remedy_;
};

/// The command line asks for something that does not exist. Ends the tool with outcome::usage.
class bad_usage : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace weft::trace_tool
