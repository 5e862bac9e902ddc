// SPDX-License-Identifier: BSL-1.0
#include "recording/ownership.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "error.hpp"

namespace weft::trace_tool {

namespace {

bool lives(std::uint64_t process) {
    return ::kill(static_cast<pid_t>(process), 0) == 0 || errno != ESRCH;
}

// What an owner that lives has renewed.
bool in_use(const trace::control& control, std::uint64_t owner) {
    const auto lease = __atomic_load_n(&control.lease, __ATOMIC_RELAXED);
    return lives(owner) && (lease == 0 || lease > monotonic_now());
}

// A dead owner's place is taken too; a failed exchange has put the owner into `owner`.
void take(trace::control& control, std::uint64_t self) {
    std::uint64_t owner = 0;
    while (!__atomic_compare_exchange_n(&control.owner, &owner, self, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE)) {
        if (owner != 0 && in_use(control, owner)) {
            throw cannot_attach(
                "process " + std::to_string(owner) + " is recording this program already",
                "Wait until it ends, or end it.");
        }
    }
}

}  // namespace

std::uint64_t monotonic_now() noexcept {
    return static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

ownership::ownership(const mapped_memory& memory, std::uint32_t mask, trace::when_full when)
    : control_(memory.control()),
      mask_(mask),
      when_(when),
      self_(static_cast<std::uint64_t>(::getpid())) {
    take(control_, self_);
    taken(memory.loop().head);
    if (!renew()) {
        throw cannot_attach("another process began to record this program at the same time",
                            "Wait until it ends, or end it.");
    }
}

ownership::~ownership() {
    if (__atomic_load_n(&control_.owner, __ATOMIC_ACQUIRE) == self_) {
        __atomic_store_n(&control_.mask, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&control_.on_full, trace::full_overwrites, __ATOMIC_RELAXED);
        __atomic_store_n(&control_.lease, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&control_.owner, 0, __ATOMIC_RELEASE);
    }
}

void ownership::taken(std::uint64_t next) noexcept {
    if (when_ == trace::full_waits && __atomic_load_n(&control_.owner, __ATOMIC_ACQUIRE) == self_) {
        __atomic_store_n(&control_.taken, next, __ATOMIC_RELEASE);
    }
}

void ownership::silence() noexcept {
    mask_ = 0;
    if (__atomic_load_n(&control_.owner, __ATOMIC_ACQUIRE) == self_) {
        __atomic_store_n(&control_.mask, 0, __ATOMIC_RELEASE);
    }
}

// When this process was stopped for longer than the lease, the runtime has cleared owner and mask.
bool ownership::renew() noexcept {
    std::uint64_t owner = 0;
    __atomic_compare_exchange_n(&control_.owner, &owner, self_, false, __ATOMIC_ACQ_REL,
                                __ATOMIC_ACQUIRE);
    if (owner != 0 && owner != self_) {
        return false;
    }
    constexpr auto length = std::chrono::nanoseconds(lease).count();
    __atomic_store_n(&control_.lease, monotonic_now() + static_cast<std::uint64_t>(length),
                     __ATOMIC_RELAXED);
    __atomic_store_n(&control_.on_full, when_, __ATOMIC_RELAXED);
    __atomic_store_n(&control_.mask, mask_, __ATOMIC_RELEASE);
    return true;
}

}  // namespace weft::trace_tool
