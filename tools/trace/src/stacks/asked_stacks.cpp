// SPDX-License-Identifier: BSL-1.0

#include "stacks/asked_stacks.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace weft::trace_tool {
namespace {

/// Asks again and again, until the answer comes or the limit is over.
template <class Answered>
bool wait_for(Answered answered) {
    const auto end = std::chrono::steady_clock::now() + answer_limit;
    while (!answered()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

}  // namespace

bool ask_for_stacks(const mapped_memory& runtime) {
    const auto asked = __atomic_add_fetch(&runtime.control().asked, 1, __ATOMIC_ACQ_REL);
    return wait_for([&] { return runtime.loop().answered == asked; });
}

std::optional<trace::stack_snapshot> ask_for_snapshot(const mapped_memory& runtime, pid_t process) {
    const auto signal = static_cast<int>(runtime.loop().signal);
    // No other, whatever the memory says: it would do harm to a process that does not expect it,
    // and a file may name any.
    if (signal != SIGURG) {
        return std::nullopt;
    }
    const auto asked = __atomic_add_fetch(&runtime.control().asked_snapshot, 1, __ATOMIC_ACQ_REL);
    const auto thread = static_cast<pid_t>(runtime.header().thread);
    if (::syscall(SYS_tgkill, process, thread, signal) != 0 ||
        !wait_for([&] { return runtime.loop().answered_snapshot == asked; })) {
        return std::nullopt;
    }
    return runtime.asked_snapshot();
}

start_registers registers_of(const trace::stack_snapshot& taken) {
    // Their DWARF numbers.
    constexpr std::size_t rbx = 3;
    constexpr std::size_t rbp = 6;
    constexpr std::size_t rsp = 7;
    constexpr std::size_t r12 = 12;
    constexpr std::size_t rip = 16;
    const auto& all = taken.registers;
    return {all[rip], all[rsp], all[rbp], all[rbx], {all[r12], all[13], all[14], all[15]}};
}

}  // namespace weft::trace_tool
