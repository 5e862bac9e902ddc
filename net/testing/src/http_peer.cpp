// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/http_peer.hpp>

#include <weft/net/buffered_reader.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace weft::testing {

namespace {

/// What the head says of its body; 0 if nothing, or no number.
std::size_t content_length(std::string head) {
    std::ranges::transform(head, head.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    constexpr std::string_view name = "\ncontent-length:";
    const auto found = head.find(name);
    std::size_t length = 0;
    if (found != head.npos) {
        const auto value = head.find_first_not_of(' ', found + name.size());
        std::from_chars(head.data() + value, head.data() + head.size(), length);
    }
    return length;
}

}  // namespace

http_peer::http_peer(std::vector<std::string> responses, const net::address& at)
    : responses_(std::move(responses)),
      peer_([this](net::tcp_stream& client) { treat(client); }, at) {}

void http_peer::treat(net::tcp_stream& client) {
    net::buffered_reader reader(client);
    for (;;) {
        auto request = reader.read_until("\r\n\r\n");
        request += reader.read_exactly(content_length(request));
        requests_.push_back(std::move(request));
        if (requests_.size() > responses_.size()) {
            return;
        }
        client.write_all(net::bytes_of(responses_[requests_.size() - 1]));
    }
}

std::string http_peer::response(const std::string& body, const std::string& status) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

}  // namespace weft::testing
