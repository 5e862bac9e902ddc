// SPDX-License-Identifier: BSL-1.0
#include "support/breaking_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace weft::test {

breaking_server::breaking_server(std::string words, farewell manner)
    : words_(std::move(words)),
      manner_(manner),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&local);
    socklen_t size = sizeof local;
    if (bind(listener_, generic, size) != 0 || listen(listener_, 16) != 0 ||
        getsockname(listener_, generic, &size) != 0) {
        throw std::system_error(errno, std::system_category(), "breaking_server");
    }
    port_ = ntohs(local.sin_port);
    thread_ = std::thread([this] { serve(); });
}

breaking_server::~breaking_server() {
    shutdown(listener_, SHUT_RDWR);  // wakes accept()
    thread_.join();
    close(listener_);
}

void breaking_server::serve() {
    std::vector<int> kept;
    for (int client = -1; (client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
        std::array<char, 4096> request{};
        if (recv(client, request.data(), request.size(), 0) > 0) {
            send(client, words_.data(), words_.size(), MSG_NOSIGNAL);
        }
        if (manner_ == farewell::none) {
            kept.push_back(client);
        } else {
            part_from(client);
        }
    }
    for (const int client : kept) {
        close(client);
    }
}

void breaking_server::part_from(int client) {
    if (manner_ == farewell::reset) {
        const linger at_once{1, 0};
        setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    close(client);
}

}  // namespace weft::test
