// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/error.hpp>

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

namespace weft::detail {

/// Throws the io_error for an errno.
[[noreturn]] inline void throw_system(int error, const std::string& what,
                                      std::size_t transferred = 0) {
    throw io_error(std::error_code(error, std::system_category()), what, transferred);
}

/// The same for the present errno. `what` must not change it.
[[noreturn]] inline void throw_errno(const std::string& what, std::size_t transferred = 0) {
    throw_system(errno, what, transferred);
}

}  // namespace weft::detail
