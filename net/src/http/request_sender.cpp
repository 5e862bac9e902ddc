// SPDX-License-Identifier: BSL-1.0
#include "http/request_sender.hpp"

#include "http/message_writer.hpp"

#include <weft/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weft::http {

namespace {

constexpr std::size_t joined_body = 64 * 1024;  // bytes; up to here the body follows its head
constexpr std::size_t chunk_size = 16 * 1024;   // bytes of a generated body sent at once

bool announces_empty_body(std::string_view method) noexcept {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

void request_sender::start(net::stream& to) {
    auto text = make_head();
    const bool beside = asked_.source || asked_.body.size() > joined_body;
    if (!beside) {
        text += asked_.body;
    }
    to.write_all(net::bytes_of(text));
    if (beside) {
        sending_ = spawn([this, &to] { send_body(to); }, {.name = "http request body"});
    }
}

void request_sender::cancel() {
    sending_.cancel("the response is not wanted any more");
}

void request_sender::reset() {
    sending_ = {};
    failed_ = false;
}

std::string request_sender::make_head() const {
    const bool generated = asked_.source != nullptr;
    std::optional<std::uint64_t> length;
    if (!generated && (!asked_.body.empty() || announces_empty_body(asked_.method))) {
        length = asked_.body.size();
    }
    std::string head;
    const auto authority = asked_.where.authority();
    write_request_head(head, {.method = asked_.method,
                              .target = asked_.where.target(),
                              .authority = authority,
                              .fields = asked_.headers,
                              .body = length,
                              .chunked = generated,
                              .accept_encodings = accept_encodings_});
    return head;
}

// In a fiber of its own. That sending failed does not matter if the server answers all the same.
void request_sender::send_body(net::stream& to) {
    try {
        if (asked_.source) {
            send_chunks(to);
        } else {
            to.write_all(net::bytes_of(asked_.body));
        }
    } catch (const io_error&) {
        failed_ = true;
    }
}

void request_sender::send_chunks(net::stream& to) {
    std::string data(chunk_size, '\0');
    for (;;) {
        const auto count = generate(data);
        if (source_failure_) {
            to.close();  // ends the reading of the response
            return;
        }
        std::array<char, 16> size;
        const auto end = std::to_chars(size.data(), size.data() + size.size(), count, 16).ptr;
        std::string chunk(size.data(), end);
        chunk.append("\r\n").append(data, 0, count).append("\r\n");
        to.write_all(net::bytes_of(chunk));
        if (count == 0) {
            return;
        }
    }
}

std::size_t request_sender::generate(std::span<char> into) {
    try {
        return std::min(asked_.source(std::as_writable_bytes(into)), into.size());
    } catch (const cancelled&) {
        throw;
    } catch (...) {
        source_failure_ = std::current_exception();
        return 0;
    }
}

}  // namespace weft::http
