// SPDX-License-Identifier: BSL-1.0
#include "socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace weft::bench {

namespace {

sockaddr_in loopback(std::size_t host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<in_addr_t>(host));
    return address;
}

template <class Option>
void set_option(int fd, int level, int name, const Option& value) {
    check(setsockopt(fd, level, name, &value, sizeof value), "setsockopt");
}

const sockaddr* generic(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

int check(int result, const char* operation) {
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), operation);
    }
    return result;
}

int listen_on_loopback() {
    constexpr int backlog = 4'096;
    const int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    const auto address = loopback(0, 0);
    check(bind(fd, generic(address), sizeof address), "bind");
    check(listen(fd, backlog), "listen");
    return fd;
}

int connect_on_loopback(std::uint16_t port, std::size_t index) {
    constexpr std::size_t connections_per_source = 20'000;
    const int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    const auto source = loopback(index / connections_per_source, 0);
    check(bind(fd, generic(source), sizeof source), "bind");
    const auto server = loopback(0, port);
    check(connect(fd, generic(server), sizeof server), "connect");
    send_at_once(fd);
    check(fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
    return fd;
}

std::uint16_t port_of(int fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    check(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    return ntohs(address.sin_port);
}

void send_at_once(int fd) {
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

void close_at_once(int fd) {
    set_option(fd, SOL_SOCKET, SO_LINGER, linger{1, 0});
    close(fd);
}

}  // namespace weft::bench
