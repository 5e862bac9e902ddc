// SPDX-License-Identifier: BSL-1.0
#include "overflow_handler.hpp"

#include "engine/switch_annotations.hpp"
#include "fork_guard.hpp"
#include "scheduler.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>

namespace weft::detail {

namespace {

// SIGSTKSZ is too small for handlers of sanitizers that ours may pass a fault on to.
constexpr std::size_t alternate_size = 64 * 1024;

int installed = 0;
std::array<struct sigaction, 2> before;
constexpr std::array signals{SIGSEGV, SIGBUS};

/// Writes to stderr without anything that a signal handler must not do.
class signal_safe_line {
public:
    signal_safe_line& operator<<(std::string_view text) noexcept {
        const auto size = text.copy(line_.data() + used_, line_.size() - used_);
        used_ += size;
        return *this;
    }
    signal_safe_line& operator<<(std::uint64_t number) noexcept {
        std::array<char, 20> digits{};
        const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
        return *this << std::string_view(digits.data(),
                                         static_cast<std::size_t>(end - digits.data()));
    }
    ~signal_safe_line() { static_cast<void>(::write(STDERR_FILENO, line_.data(), used_)); }

    signal_safe_line() = default;
    signal_safe_line(const signal_safe_line&) = delete;
    signal_safe_line& operator=(const signal_safe_line&) = delete;

private:
    std::array<char, 512> line_{};
    std::size_t used_ = 0;
};

/// The fiber of this thread whose guard page contains `address`; null if there is none.
const fiber* overflowed_at(const void* address) noexcept {
    if (current_fiber == nullptr) {
        return nullptr;
    }
    const auto* byte = static_cast<const std::byte*>(address);
    const auto found = current_fiber->home->stacks().guarded_by(byte);
    if (!found) {
        return nullptr;
    }
    for (auto* each = current_fiber->home->alive().first; each != nullptr;
         each = each->next_alive) {
        if (each->memory.low == found->low) {
            return each;
        }
    }
    return nullptr;
}

void print_overflow(const fiber& victim) noexcept {
    signal_safe_line line;
    line << "weft: stack overflow in fiber " << victim.id << " \"" << victim.name.data()
         << "\": stack of " << victim.memory.size << " bytes at "
         << reinterpret_cast<std::uintptr_t>(victim.memory.low) << ", spawned at "
         << victim.spawned_at.file_name() << ":" << victim.spawned_at.line()
         << "; give it more by spawn_options::stack_size\n";
}

void on_fault(int signal, siginfo_t* info, void* context) {
    if (const fiber* victim = overflowed_at(info->si_addr)) {
        print_overflow(*victim);
        std::abort();
    }
    const auto& previous = before[signal == SIGSEGV ? 0 : 1];
    if ((previous.sa_flags & SA_SIGINFO) != 0) {
        previous.sa_sigaction(signal, info, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal);
    } else {
        // The faulting instruction runs again and now has its default effect.
        ::sigaction(signal, &previous, nullptr);
    }
}

void install() noexcept {
    struct sigaction ours {};
    ours.sa_sigaction = &on_fault;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    ::sigemptyset(&ours.sa_mask);
    for (std::size_t i = 0; i < signals.size(); ++i) {
        ::sigaction(signals[i], &ours, &before[i]);
    }
}

void uninstall() noexcept {
    for (std::size_t i = 0; i < signals.size(); ++i) {
        struct sigaction now {};
        ::sigaction(signals[i], nullptr, &now);
        if (now.sa_sigaction == &on_fault) {  // else somebody else has taken over since
            ::sigaction(signals[i], &before[i], nullptr);
        }
    }
}

}  // namespace

overflow_handler::overflow_handler() {
    stack_t present{};
    if (::sigaltstack(nullptr, &present) == 0 && (present.ss_flags & SS_DISABLE) != 0) {
        alternate_stack_ = std::make_unique<std::byte[]>(alternate_size);
        const stack_t ours{
            .ss_sp = alternate_stack_.get(), .ss_flags = 0, .ss_size = alternate_size};
        ::sigaltstack(&ours, nullptr);
    }
    const std::lock_guard lock(process_guard());
    if (installed++ == 0) {
        install();
    }
}

overflow_handler::~overflow_handler() {
    {
        const std::lock_guard lock(process_guard());
        if (--installed == 0) {
            uninstall();
        }
    }
    if (alternate_stack_ != nullptr) {
        stack_t none{};
        none.ss_flags = SS_DISABLE;
        ::sigaltstack(&none, nullptr);
    }
}

}  // namespace weft::detail
