// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

extern "C" [[noreturn]] void __chk_fail() noexcept;

namespace weft::interpose {

/// What the functions of _FORTIFY_SOURCE, named __..._chk, do first: ends the program, as libc
/// does, if a buffer with `room` bytes is to take `size`.
inline void check_room(std::size_t size, std::size_t room) noexcept {
    if (size > room) {
        __chk_fail();
    }
}

}  // namespace weft::interpose
