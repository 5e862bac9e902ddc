// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ares.h>

namespace weft::net::dns {

/// How c-ares opens, uses and closes sockets: non-blocking, closed on exec, without SIGPIPE.
[[nodiscard]] const ares_socket_functions& socket_functions() noexcept;

}  // namespace weft::net::dns
