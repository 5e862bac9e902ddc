// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weft::interpose {

/// What was seen of descriptors, so that read() and write() first try the call that is cheapest
/// there. A wrong hint costs a system call and changes nothing else.
class socket_hint {
public:
    [[nodiscard]] static bool may_be_socket(int fd) noexcept { return !has(fd, no_socket); }
    static void note_no_socket(int fd) noexcept { set(fd, no_socket); }

    /// Whether the last call gave less than was asked for, so that nothing is left, as far as is
    /// known.
    [[nodiscard]] static bool seems_empty(int fd) noexcept { return has(fd, empty); }
    static void note_received(int fd, std::ptrdiff_t received, std::size_t wanted) noexcept {
        set(fd, received > 0 && static_cast<std::size_t>(received) < wanted ? empty : nothing);
    }

    /// The number is about to stand for another file.
    static void forget(int fd) noexcept { set(fd, nothing); }

private:
    enum seen : std::uint8_t { nothing, no_socket, empty };

    static constexpr std::size_t most = 65'536;

    [[nodiscard]] static std::size_t place(int fd) noexcept { return static_cast<std::size_t>(fd); }
    [[nodiscard]] static bool is_known(int fd) noexcept { return fd >= 0 && place(fd) < most; }
    [[nodiscard]] static bool has(int fd, seen asked) noexcept {
        return is_known(fd) && hints_[place(fd)].load(std::memory_order_relaxed) == asked;
    }
    static void set(int fd, seen noted) noexcept {
        if (is_known(fd) && hints_[place(fd)].load(std::memory_order_relaxed) != noted) {
            hints_[place(fd)].store(noted, std::memory_order_relaxed);
        }
    }

    inline static constinit std::array<std::atomic<seen>, most> hints_{};
};

}  // namespace weft::interpose
