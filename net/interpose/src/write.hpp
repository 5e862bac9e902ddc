// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace weft::interpose {

/// write() of a fiber: within the layer the name means libc's.
ssize_t write_on_fiber(int fd, const void* from, std::size_t size);

}  // namespace weft::interpose
