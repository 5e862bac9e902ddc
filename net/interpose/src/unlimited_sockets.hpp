// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "descriptor_wait.hpp"

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weft::interpose {

/// Which sockets were asked for SO_RCVTIMEO and SO_SNDTIMEO, had none and cannot have got one
/// since: a server would ask before each wait.
///
/// Invariants:
/// 1. Only sockets that this process has accepted are noted: whoever inherits a socket, or is sent
///    one, shares it with somebody unseen.
/// 2. Whatever sets a time limit, or shares sockets with another process, makes all that is noted
///    void before it returns. What is void stays so: only a socket that is accepted later is noted
///    again.
///
/// Threads: any.
class unlimited_sockets {
public:
    /// Changes whenever all that was noted becomes void. Taken before a socket is accepted or
    /// asked.
    [[nodiscard]] static std::uint64_t epoch() noexcept {
        return epoch_.load(std::memory_order_acquire);
    }

    /// A socket was accepted, by a call that was made in the epoch.
    static void note_accepted(int fd, std::uint64_t made_in) noexcept { set(fd, made_in); }

    /// Whether it surely has no time limit in this direction.
    [[nodiscard]] static bool has(int fd, direction asked) noexcept {
        return is_known(fd) && at(fd) - epoch() <= both && ((at(fd) & bit(asked)) != 0);
    }

    /// It was asked in the epoch, and has none.
    static void note_unlimited(int fd, direction asked, std::uint64_t asked_in) noexcept {
        if (is_known(fd) && at(fd) - asked_in <= both) {
            set(fd, at(fd) | bit(asked));
        }
    }

    /// The number is about to stand for another file.
    static void forget(int fd) noexcept {
        if (is_known(fd) && at(fd) != 0) {
            set(fd, 0);
        }
    }

    /// A time limit may be set, or sockets shared.
    static void forget_all() noexcept { epoch_.fetch_add(both + 1, std::memory_order_acq_rel); }

    /// The same, if a message that was sent has descriptors with it.
    static void forget_all_if_shared(const msghdr& message) noexcept {
        if (message.msg_controllen != 0 && holds_descriptors(message)) {
            forget_all();
        }
    }

private:
    static constexpr std::size_t most = 65'536;
    static constexpr std::uint64_t both = 3;  // below an epoch stands what was asked

    [[nodiscard]] static bool holds_descriptors(const msghdr& message) noexcept;

    [[nodiscard]] static std::size_t place(int fd) noexcept { return static_cast<std::size_t>(fd); }
    [[nodiscard]] static bool is_known(int fd) noexcept { return fd >= 0 && place(fd) < most; }
    [[nodiscard]] static std::uint64_t bit(direction of) noexcept {
        return of == direction::reading ? 1 : 2;
    }
    [[nodiscard]] static std::uint64_t at(int fd) noexcept {
        return noted_[place(fd)].load(std::memory_order_relaxed);
    }
    static void set(int fd, std::uint64_t noted) noexcept {
        if (is_known(fd)) {
            noted_[place(fd)].store(noted, std::memory_order_relaxed);
        }
    }

    inline static constinit std::atomic<std::uint64_t> epoch_{both + 1};
    inline static constinit std::array<std::atomic<std::uint64_t>, most> noted_{};  // 0: unknown
};

}  // namespace weft::interpose
