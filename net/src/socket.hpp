// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// System calls on sockets that never block, failing with net::error.

#include <weft/net/address.hpp>
#include <weft/net/error.hpp>
#include <weft/unique_fd.hpp>

#include <string>
#include <utility>

namespace weft::net {

/// Throws what errno says, or what `failed` already knows, under the name of the operation.
[[noreturn]] void throw_errno(const std::string& operation);
[[noreturn]] void rethrow_as(const io_error& failed, const std::string& operation);

/// Runs a call of weft::io; its failure becomes a net::error that names the operation.
template <class Call>
auto naming(const char* operation, Call&& call) {
    try {
        return std::forward<Call>(call)();
    } catch (const io_error& failed) {
        rethrow_as(failed, operation);
    }
}

/// A non-blocking, close-on-exec socket of the family of `where`.
unique_fd open_socket(const address& where, int type);

void set_option(int fd, int level, int option, int value, const char* operation);
void bind_socket(int fd, const address& local);
void start_listening(int fd, int backlog, const address& local);
address local_address_of(int fd);

/// Opens a stream socket and connects it.
unique_fd connect_socket(const address& peer);

/// The descriptor, or a failure if it was closed.
int require_open(const unique_fd& socket, const char* operation);

}  // namespace weft::net
