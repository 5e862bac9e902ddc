// SPDX-License-Identifier: BSL-1.0

#include <unistd.h>

#include "doctor/check.hpp"
#include "process/process_files.hpp"

namespace weft::trace_tool {
namespace {

/// Source: the kernel's Documentation/admin-guide/LSM/Yama.rst.
check check_yama() {
    const std::string subject = "reading the memory of other processes";
    const auto scope = read_small_file("/proc/sys/kernel/yama/ptrace_scope");
    if (!scope) {
        return {subject, health::good, "allowed for processes of the same user (no Yama)", ""};
    }
    if (scope->starts_with('0') || ::geteuid() == 0) {
        return {subject, scope->starts_with('3') ? health::bad : health::good,
                "Yama's ptrace_scope is " + scope->substr(0, 1), ""};
    }
    return {subject, health::limited,
            "Yama's ptrace_scope is " + scope->substr(0, 1) +
                ": only ps, tree, locks and deadlock work",
            "For stacks run as root, or sysctl kernel.yama.ptrace_scope=0"};
}

check check_clock() {
    const std::string info = read_small_file("/proc/cpuinfo").value_or("");
    const bool steady = info.find("constant_tsc") != std::string::npos &&
                        info.find("nonstop_tsc") != std::string::npos;
    return {"processor's time stamp counter", steady ? health::good : health::limited,
            steady ? "runs at a constant rate" : "not known to run at a constant rate",
            steady ? "" : "Nothing; events are timed by CLOCK_MONOTONIC, which takes longer"};
}

}  // namespace

std::vector<check> check_machine() {
    return {check_yama(), check_clock()};
}

}  // namespace weft::trace_tool
