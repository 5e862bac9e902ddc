// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/child_process.hpp"
#include "trace/support/run_tool.hpp"

namespace weft::test {

/// A program that says `ready` once it does what it is asked for; it ends with this object.
class watched_program {
public:
    explicit watched_program(std::vector<std::string> command, const child_options& options = {})
        : program_(std::move(command), options) {
        program_.wait_for_output("ready");
    }
    watched_program(const watched_program&) = delete;
    watched_program& operator=(const watched_program&) = delete;
    ~watched_program() { program_.signal(SIGKILL); }

    [[nodiscard]] std::string source() const { return std::to_string(program_.pid()); }
    [[nodiscard]] child_process& program() noexcept { return program_; }

    /// What the tool says to `command SRC options... --json` under `list`.
    [[nodiscard]] nlohmann::json ask(const std::string& command, const std::string& list,
                                     const std::vector<std::string>& options = {}) const {
        std::vector<std::string> arguments{command, source(), "--json"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        return nlohmann::json::parse(run_tool(arguments).out).at(list);
    }

private:
    child_process program_;
};

inline nlohmann::json fiber_named(const nlohmann::json& fibers, const std::string& name) {
    for (const auto& fiber : fibers) {
        if (fiber.at("name") == name) {
            return fiber;
        }
    }
    ADD_FAILURE() << "no fiber " << name << " in " << fibers;
    return {};
}

/// The names of a namespace, or all if that is empty, in a stack without the runtime's functions.
inline std::vector<std::string> functions_of(const nlohmann::json& stack,
                                             const std::string& prefix = "planted::") {
    std::vector<std::string> names;
    for (const auto& frame : stack.at("frames")) {
        const std::string name = frame.at("function");
        if (name.starts_with(prefix)) {
            names.push_back(name.substr(prefix.size(), name.find('(') - prefix.size()));
        }
    }
    return names;
}

}  // namespace weft::test
