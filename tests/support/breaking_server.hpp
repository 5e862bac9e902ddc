// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <thread>

namespace weft::test {

/// A server that says the same to each client, whatever it asks, and then breaks off. It runs on
/// a thread of its own and is made of system calls alone.
class breaking_server {
public:
    /// How it parts with a client.
    enum class farewell : std::uint8_t {
        end,    ///< closes the connection as one does
        reset,  ///< resets it
        none,   ///< keeps it until this object ends
    };

    /// \throws std::system_error  if there is no port.
    breaking_server(std::string words, farewell manner);

    breaking_server(const breaking_server&) = delete;
    breaking_server& operator=(const breaking_server&) = delete;
    ~breaking_server();

    [[nodiscard]] unsigned short port() const noexcept { return port_; }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(port_) + "/";
    }

private:
    void serve();
    void part_from(int client);

    std::string words_;
    farewell manner_;
    int listener_;
    unsigned short port_ = 0;
    std::thread thread_;  // ends when the listener is shut down
};

}  // namespace weft::test
