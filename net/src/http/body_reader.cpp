// SPDX-License-Identifier: BSL-1.0
#include "http/body_reader.hpp"

#include <weft/http/error.hpp>

#include <algorithm>

namespace weft::http {

namespace {

constexpr std::size_t chunked_capacity = 16 * 1024;  // bytes; other bodies bypass the buffer

}  // namespace

void body_reader::start(message_framing framing) {
    framing_ = framing;
    received_ = 0;
    ended_ = framing.kind == body_kind::none;
    if (framing.kind == body_kind::chunked) {
        chunks_.reset();
        buffered_.reserve(chunked_capacity);
    }
}

std::size_t body_reader::read_some(std::span<char> into) {
    if (ended_ || into.empty()) {
        return 0;
    }
    std::size_t count = 0;
    switch (framing_.kind) {
        case body_kind::none: break;
        case body_kind::length: count = read_counted(into); break;
        case body_kind::chunked: count = read_chunked(into); break;
        case body_kind::until_close: count = read_until_close(into); break;
    }
    return count;
}

std::size_t body_reader::read_counted(std::span<char> into) {
    const auto left = framing_.length - received_;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, into.size()));
    const auto count = read_plain(into.first(wanted));
    if (count == 0) {
        throw error(errc::length_mismatch, "http body", stage::body,
                    static_cast<std::size_t>(received_), framing_.length);
    }
    received_ += count;
    ended_ = received_ == framing_.length;
    return count;
}

// Returns one piece of the body at a time, however small its chunk; but takes the end of the body
// along as soon as it is there, so that the connection is free for the next message.
std::size_t body_reader::read_chunked(std::span<char> into) {
    std::size_t count = 0;
    for (;;) {
        auto input = buffered_.view();
        const auto arrived = input.size();
        if (count < into.size()) {
            const auto piece = chunks_.decode(input, into.size() - count);
            std::ranges::copy(piece, into.begin() + static_cast<std::ptrdiff_t>(count));
            count += piece.size();
            received_ += piece.size();
        }
        const bool moved = input.size() != arrived;
        buffered_.consume(arrived - input.size());
        if (chunks_.done()) {
            ended_ = true;
            return count;
        }
        if (moved) {
            continue;
        }
        if (count > 0) {
            return count;
        }
        if (!buffered_.fill(from_)) {
            throw error(errc::incomplete_body, "http body", stage::body,
                        static_cast<std::size_t>(received_));
        }
    }
}

std::size_t body_reader::read_until_close(std::span<char> into) {
    const auto count = read_plain(into);
    received_ += count;
    ended_ = count == 0;
    return count;
}

std::size_t body_reader::read_plain(std::span<char> into) {
    if (buffered_.empty()) {
        return from_.read_some(std::as_writable_bytes(into));
    }
    const auto piece = buffered_.view().substr(0, into.size());
    std::ranges::copy(piece, into.begin());
    buffered_.consume(piece.size());
    return piece.size();
}

}  // namespace weft::http
