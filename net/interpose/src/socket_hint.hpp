// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace weft::interpose {

/// Which descriptors were seen to be no sockets, so that read() and write() first try the call
/// that is cheapest there. A wrong hint costs a system call and changes nothing else.
class socket_hint {
public:
    [[nodiscard]] static bool may_be_socket(int fd) noexcept {
        return !is_known(fd) || !no_socket_[place(fd)].load(std::memory_order_relaxed);
    }

    static void note_no_socket(int fd) noexcept { set(fd, true); }

    /// The number is about to stand for another file.
    static void forget(int fd) noexcept { set(fd, false); }

private:
    static constexpr std::size_t most = 65'536;

    [[nodiscard]] static std::size_t place(int fd) noexcept { return static_cast<std::size_t>(fd); }
    [[nodiscard]] static bool is_known(int fd) noexcept { return fd >= 0 && place(fd) < most; }
    static void set(int fd, bool no_socket) noexcept {
        if (is_known(fd) && no_socket_[place(fd)].load(std::memory_order_relaxed) != no_socket) {
            no_socket_[place(fd)].store(no_socket, std::memory_order_relaxed);
        }
    }

    inline static constinit std::array<std::atomic<bool>, most> no_socket_{};
};

}  // namespace weft::interpose
