// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tool.hpp"

namespace weft::test {

/// What a run of the tool left.
struct audit_result {
    int code;
    std::string out;
    std::string err;
};

/// Runs the tool inside the test.
inline audit_result run_audit(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = audit::run(arguments, out, err);
    return {code, out.str(), err.str()};
}

/// The member `modules` of the report on one file.
inline nlohmann::json audited_modules(const std::string& file) {
    return nlohmann::json::parse(run_audit({"--json", file}).out).at("modules");
}

/// The verdict on a function or trait of a module; empty if there is none.
inline std::string verdict_on(const nlohmann::json& module, const std::string& what) {
    for (const auto& each : module.at("findings")) {
        if (each.at("what") == what) {
            return each.at("verdict");
        }
    }
    return {};
}

}  // namespace weft::test
