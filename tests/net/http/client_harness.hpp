// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "server_harness.hpp"

#include <weft/http/client.hpp>
#include <weft/http/error.hpp>
#include <weft/net/connector.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::http::test {

/// Opens connections in memory, each served by a fiber that runs `peer`.
class memory_connector final : public net::connector {
public:
    using peer = std::function<void(memory_stream&)>;

    explicit memory_connector(peer behaviour) : behaviour_(std::move(behaviour)) {}

    [[nodiscard]] std::unique_ptr<net::stream> connect(const net::target& wanted) override {
        this_fiber::sleep_for(delay);
        targets.push_back(wanted);
        auto made = connect_in_memory(transport);
        ++open_;
        most_open_ = std::max(most_open_, open_);
        peers_.push_back(spawn([this, stream = std::move(made.server)] {
            struct counted {
                std::size_t& open;
                ~counted() { --open; }
            } at_end{open_};
            try {
                behaviour_(*stream);
            } catch (const io_error&) {
                stream->close();
            }
        }));
        return std::move(made.client);
    }

    [[nodiscard]] std::size_t opened() const noexcept { return targets.size(); }
    [[nodiscard]] std::size_t open() const noexcept { return open_; }
    [[nodiscard]] std::size_t most_open() const noexcept { return most_open_; }

    std::vector<net::target> targets;  // what was asked for, in order
    memory_options transport;
    clock::duration delay{};

private:
    peer behaviour_;
    std::size_t open_ = 0;
    std::size_t most_open_ = 0;
    std::vector<task<>> peers_;
};

/// A peer that serves HTTP.
inline memory_connector::peer serve(handler answer) {
    return
        [answer = std::move(answer)](memory_stream& stream) { serve_connection(stream, answer); };
}

/// A peer that answers each head with the next text, and closes after the last.
inline memory_connector::peer answer_with(std::vector<std::string> texts) {
    return [texts = std::move(texts)](memory_stream& stream) {
        for (const auto& text : texts) {
            if (stream.read_until("\r\n\r\n").empty()) {
                return;
            }
            stream.write(text);
        }
    };
}

inline std::string ok(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

/// The error that `action` throws.
template <class Action>
std::optional<error> error_of(Action action) {
    try {
        action();
    } catch (const error& thrown) {
        return thrown;
    }
    return {};
}

}  // namespace weft::http::test
