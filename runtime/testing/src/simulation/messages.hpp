// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

namespace weft::testing::detail {

class simulated_socket;

/// sendmsg(2) and recvmsg(2) on a simulated socket; results as its verbs have them.
[[nodiscard]] ssize_t send_message(simulated_socket& on, const msghdr& message);
[[nodiscard]] ssize_t receive_message(simulated_socket& on, msghdr& message);

}  // namespace weft::testing::detail
