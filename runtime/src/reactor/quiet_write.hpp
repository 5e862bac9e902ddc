// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace weft::detail {

/// write(2) that raises no SIGPIPE: a broken pipe is EPIPE and nothing else. The program's
/// disposition of the signal, which others may rely on, is left alone.
ssize_t write_quietly(int fd, const std::byte* bytes, std::size_t size) noexcept;

}  // namespace weft::detail
