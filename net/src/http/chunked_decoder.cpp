// SPDX-License-Identifier: BSL-1.0
#include "http/chunked_decoder.hpp"

#include "http/syntax.hpp"

#include <weft/http/error.hpp>

#include <algorithm>

namespace weft::http {

namespace {

[[noreturn]] void refuse() {
    throw error(errc::bad_chunk, "http body", stage::body);
}

void expect(char c, char expected) {
    if (c != expected) {
        refuse();
    }
}

int hex_value(char c) noexcept {
    if (syntax::is_digit(c)) {
        return c - '0';
    }
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void check_trailer(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
        !is_field_value(line.substr(colon + 1))) {
        throw error(errc::bad_field, "http trailer", stage::body);
    }
}

}  // namespace

std::string_view chunked_decoder::decode(std::string_view& input, std::size_t most) {
    while (!input.empty() && !done()) {
        if (state_ == state::data) {
            const auto size = static_cast<std::size_t>(
                std::min<std::uint64_t>(left_, std::min(most, input.size())));
            const auto piece = input.substr(0, size);
            input.remove_prefix(size);
            left_ -= size;
            if (left_ == 0) {
                state_ = state::data_cr;
            }
            return piece;
        }
        if (state_ == state::trailers) {
            take_trailers(input);
            break;
        }
        take_framing(input.front());
        input.remove_prefix(1);
    }
    return {};
}

void chunked_decoder::reset() noexcept {
    trailers_.reset();
    enter(state::size);
}

void chunked_decoder::take_framing(char c) {
    switch (state_) {
        case state::size: take_size(c); break;
        case state::extension: take_extension(c); break;
        case state::size_lf:
            expect(c, '\n');
            enter(left_ > 0 ? state::data : state::trailers);
            break;
        case state::data_cr:
            expect(c, '\r');
            enter(state::data_lf);
            break;
        case state::data_lf:
            expect(c, '\n');
            enter(state::size);
            break;
        default: break;
    }
}

void chunked_decoder::take_size(char c) {
    if (++line_size_ > most_.chunk_line) {
        refuse();
    }
    if (const int digit = hex_value(c); digit >= 0) {
        if (++digits_ > 16) {
            refuse();
        }
        left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    } else if (digits_ == 0) {
        refuse();
    } else if (c == ';') {
        state_ = state::extension;
    } else {
        expect(c, '\r');
        state_ = state::size_lf;
    }
}

void chunked_decoder::take_extension(char c) {
    if (++line_size_ > most_.chunk_line) {
        refuse();
    }
    if (c == '\r') {
        state_ = state::size_lf;
    } else if (!is_field_value({&c, 1})) {
        refuse();
    }
}

void chunked_decoder::enter(state next) noexcept {
    state_ = next;
    if (next == state::size) {
        left_ = 0;
        digits_ = 0;
        line_size_ = 0;
    }
}

void chunked_decoder::take_trailers(std::string_view& input) {
    const auto size = trailers_.scan(input);
    if (size == 0) {
        return;
    }
    for (auto rest = input.substr(0, size - 2); !rest.empty();) {
        const auto end = rest.find("\r\n");
        check_trailer(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    input.remove_prefix(size);
    state_ = state::done;
}

}  // namespace weft::http
