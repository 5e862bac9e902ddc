// SPDX-License-Identifier: BSL-1.0
#include "http/response_writer.hpp"

#include "http/syntax.hpp"

#include <weft/http/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace weft::http {

namespace {

constexpr std::size_t slice = 64 * 1024;        // bytes written under one time limit
constexpr std::size_t joined_body = 16 * 1024;  // bytes; up to here head and body are one write
constexpr std::size_t kept_memory = 64 * 1024;  // bytes of a buffer kept for the next message

[[noreturn]] void refuse_length() {
    throw error(errc::length_mismatch, "http response");
}

}  // namespace

void trim(std::string& buffer) {
    if (buffer.capacity() > kept_memory) {
        std::string().swap(buffer);
    }
}

void response_writer::send(const response& whole, const response_context& context) {
    output_.clear();
    const bool with_body = write_response_head(output_, whole, context);
    auto left = std::string_view(whole.body).substr(0, with_body ? whole.body.npos : 0);
    if (left.size() <= joined_body) {
        output_ += left;
        left = {};
    }
    flush();
    for (; !left.empty(); left.remove_prefix(std::min(slice, left.size()))) {
        clock_.enter(phase::writing, times_.write);
        to_.write_all(net::bytes_of(left.substr(0, slice)));
    }
    open_ = false;
}

void response_writer::begin(const response& head, const response_context& context) {
    output_.clear();
    with_body_ = write_response_head(output_, head, context);
    const auto length = head.headers.find("Content-Length");
    left_ = length ? parse_decimal(*length) : std::nullopt;
    chunked_ = !left_ && !context.to_http_1_0;
    if (with_body_ && !head.body.empty()) {
        write(head.body);  // together with the head, which waits in output_
    } else {
        flush();
    }
}

void response_writer::write(std::string_view piece) {
    count(piece.size());
    for (; with_body_ && !piece.empty(); piece.remove_prefix(std::min(slice, piece.size()))) {
        append_piece(piece.substr(0, slice));
        flush();
    }
}

void response_writer::finish() {
    if (with_body_ && left_.value_or(0) != 0) {
        refuse_length();
    }
    if (with_body_ && chunked_) {
        output_.append("0\r\n\r\n");
        flush();
    }
    open_ = false;
}

void response_writer::trim() {
    http::trim(output_);
}

void response_writer::count(std::size_t added) {
    if (with_body_ && left_) {
        if (added > *left_) {
            refuse_length();
        }
        *left_ -= added;
    }
}

void response_writer::append_piece(std::string_view piece) {
    if (!with_body_ || piece.empty()) {
        return;  // an empty chunk would end the body
    }
    if (!chunked_) {
        output_.append(piece);
        return;
    }
    std::array<char, 16> size;
    const auto end = std::to_chars(size.data(), size.data() + size.size(), piece.size(), 16).ptr;
    output_.append(size.data(), end).append("\r\n").append(piece).append("\r\n");
}

void response_writer::flush() {
    open_ = true;
    clock_.enter(phase::writing, times_.write);
    to_.write_all(net::bytes_of(output_));
    output_.clear();
}

}  // namespace weft::http
