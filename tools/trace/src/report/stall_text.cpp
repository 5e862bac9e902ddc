// SPDX-License-Identifier: BSL-1.0
#include "report/stall_text.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <utility>

namespace weft::trace_tool {

namespace {

constexpr std::array<std::pair<int, std::string_view>, 16> blocking_calls{{
    {SYS_read, "read"},
    {SYS_write, "write"},
    {SYS_poll, "poll"},
    {SYS_select, "select"},
    {SYS_nanosleep, "nanosleep"},
    {SYS_clock_nanosleep, "clock_nanosleep"},
    {SYS_futex, "futex"},
    {SYS_fsync, "fsync"},
    {SYS_fdatasync, "fdatasync"},
    {SYS_openat, "openat"},
    {SYS_connect, "connect"},
    {SYS_accept4, "accept4"},
    {SYS_recvfrom, "recvfrom"},
    {SYS_recvmsg, "recvmsg"},
    {SYS_flock, "flock"},
    {SYS_wait4, "wait4"},
}};

}  // namespace

std::string_view name_of(trace::stall_cause cause) noexcept {
    switch (cause) {
        case trace::stall_cause::processor: return "processor";
        case trace::stall_cause::blocking_call: return "blocking_call";
        case trace::stall_cause::page_fault: return "page_fault";
        case trace::stall_cause::descheduled: return "descheduled";
        case trace::stall_cause::unknown: break;
    }
    return "unknown";
}

std::string cause_text(trace::stall_cause cause, int system_call) {
    switch (cause) {
        case trace::stall_cause::processor: return "it computed";
        case trace::stall_cause::blocking_call:
            return "it blocked the thread" +
                   (system_call < 0 ? "" : " in " + system_call_name(system_call)) +
                   "; to_thread() is for such calls";
        case trace::stall_cause::page_fault: return "memory was read from a disk";
        case trace::stall_cause::descheduled: return "other programs had the processor";
        case trace::stall_cause::unknown: break;
    }
    return "why is not known";
}

std::string system_call_name(int number) {
    const auto* found =
        std::ranges::find(blocking_calls, number, &std::pair<int, std::string_view>::first);
    return found != blocking_calls.end() ? std::string(found->second)
                                         : "system call " + std::to_string(number);
}

}  // namespace weft::trace_tool
