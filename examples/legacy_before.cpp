// SPDX-License-Identifier: BSL-1.0
//
// Asks web servers for the status of their front pages, all at once. The functions are POSIX's, as
// programs use them that were written long before this one.
//
// Usage: PROGRAM HOST:PORT...
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

namespace {

int connect_to(const std::string& host, const std::string& port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
        return -1;
    }
    int connection = -1;
    for (const addrinfo* each = found; each != nullptr && connection < 0; each = each->ai_next) {
        connection = socket(each->ai_family, each->ai_socktype, 0);
        if (connect(connection, each->ai_addr, each->ai_addrlen) != 0) {
            close(connection);
            connection = -1;
        }
    }
    freeaddrinfo(found);
    return connection;
}

std::string status_of(const std::string& server) {
    const auto colon = server.rfind(':');
    const std::string host = server.substr(0, colon);
    const int connection = connect_to(host, server.substr(colon + 1));
    const std::string request = "GET / HTTP/1.0\r\nHost: " + host + "\r\n\r\n";
    if (connection < 0 || write(connection, request.data(), request.size()) < 0) {
        return "no connection";
    }
    std::string answer;
    std::array<char, 4096> piece{};
    while (answer.find('\r') == std::string::npos) {
        const ssize_t size = read(connection, piece.data(), piece.size());
        if (size <= 0) {
            break;
        }
        answer.append(piece.data(), static_cast<std::size_t>(size));
    }
    close(connection);
    return answer.substr(0, answer.find('\r'));
}

void ask_all(const std::vector<std::string>& servers) {
    std::vector<std::string> answers(servers.size());
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < servers.size(); ++i) {
        workers.push_back(std::thread([&, i] { answers[i] = status_of(servers[i]); }));
    }
    for (auto& each : workers) {
        each.join();
    }
    for (std::size_t i = 0; i < servers.size(); ++i) {
        std::printf("%s: %s\n", servers[i].c_str(), answers[i].c_str());
    }
}

}  // namespace

int main(int count, char** arguments) {
    ask_all({arguments + 1, arguments + count});
}
