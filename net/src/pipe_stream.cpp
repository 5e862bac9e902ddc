// SPDX-License-Identifier: BSL-1.0
#include <weft/net/pipe_stream.hpp>

#include "socket.hpp"

#include <system_error>

namespace weft::net {

std::size_t pipe_stream::read_some(std::span<std::byte> into) {
    if (into.empty() && from_.is_open()) {
        return 0;  // which would wait for a byte
    }
    return naming("read", [&] { return from_.read_some(into); });
}

void pipe_stream::write_all(std::span<const std::byte> from) {
    naming("write", [&] { to_.write_all(from); });
}

void pipe_stream::shutdown_write() {
    if (!to_.is_open()) {
        throw error(std::make_error_code(std::errc::bad_file_descriptor), "shutdown");
    }
    to_.close();
}

}  // namespace weft::net
