// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "look_up.hpp"
#include "real.hpp"

namespace weft::interpose {

/// The function of libc behind one that nothing needs before constructors run, found at its first
/// use.
///
/// \param version  as for look_up().
template <auto function>
[[nodiscard]] pointer_to<function> real_of(const char* name,
                                           const char* version = nullptr) noexcept {
    static const auto found = [&] {
        pointer_to<function> pointer{};
        look_up(pointer, name, version);
        return pointer;
    }();
    return found;
}

using fcntl_function = int (*)(int, int, ...);

[[nodiscard]] inline fcntl_function real_fcntl() noexcept {
    static const auto found = [] {
        fcntl_function pointer{};
        look_up(pointer, "fcntl64");
        return pointer;
    }();
    return found;
}

}  // namespace weft::interpose
