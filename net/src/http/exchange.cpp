// SPDX-License-Identifier: BSL-1.0
#include "http/exchange.hpp"

#include "http/syntax.hpp"

#include <weft/net/error.hpp>
#include <weft/scope.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace weft::http {

namespace {

constexpr std::size_t raw_size = 16 * 1024;      // bytes of a compressed body read at once
constexpr std::size_t drained_body = 64 * 1024;  // bytes read away to keep a connection
constexpr int most_interim = 16;                 // responses like 100 and 103 before the real one

bool is_idempotent(std::string_view method) noexcept {
    constexpr std::array<std::string_view, 6> methods = {"GET", "HEAD",   "OPTIONS",
                                                         "PUT", "DELETE", "TRACE"};
    return std::ranges::find(methods, method) != methods.end();
}

// The operation in the text of a failure: what() without the message of its code.
std::string operation(const io_error& failure) {
    std::string text = failure.what();
    const auto message = ": " + failure.code().message();
    if (text.ends_with(message)) {
        text.resize(text.size() - message.size());
    }
    return text;
}

}  // namespace

exchange::exchange(std::shared_ptr<const session_options> options,
                   std::shared_ptr<client_request> asked, clock::time_point deadline)
    : options_(std::move(options)),
      asked_(std::move(asked)),
      deadline_(deadline),
      target_{asked_->where.host(), asked_->where.port(), asked_->where.secure(), {}},
      sender_(*asked_, options_->decode) {}

exchange::~exchange() {
    close();
}

// Runs `action` under the nearer of two limits, and makes every failure an http::error.
template <class Action>
auto exchange::limited(stage where, clock::duration limit, errc exceeded, Action action) {
    const auto own = limit > clock::duration::zero() ? deadline_after(limit) : never;
    const auto code = deadline_ <= own ? errc::total_timeout : exceeded;
    try {
        return fail_at(std::min(own, deadline_), action);
    } catch (const timeout_error&) {
        throw error(code, name(), where, received());
    } catch (const error&) {
        throw;
    } catch (const io_error& failure) {
        throw error(failure.code(), name() + ": " + operation(failure), where, received());
    }
}

void exchange::begin(net::connector& connector, connection_pool& pool) {
    limited(stage::connect, options_->connect_timeout, errc::connect_timeout,
            [&] { place_.emplace(pool.acquire(target_)); });
    reused_ = place_->connection != nullptr;
    try {
        attempt(connector);
        return;
    } catch (const error& failure) {
        if (sender_.source_failure()) {
            std::rethrow_exception(sender_.source_failure());
        }
        if (!may_repeat(failure)) {
            throw;
        }
    }
    // The server closed a kept connection while the request was on its way. RFC 9110 section 9.2.2.
    abandon_connection();
    attempt(connector);
}

bool exchange::may_repeat(const error& failure) const {
    const bool died =
        failure.code() == errc::no_response || failure.code().category() != category();
    return died && reused_ && !answered_ && is_idempotent(asked_->method) && !asked_->source;
}

void exchange::abandon_connection() {
    place_->connection->stream->close();
    sender_.reset();
    place_->connection = nullptr;
    reused_ = false;
}

void exchange::attempt(net::connector& connector) {
    if (!place_->connection) {
        connect(connector);
    }
    send();
    read_head();
    begin_body();
}

void exchange::connect(net::connector& connector) {
    limited(stage::connect, options_->connect_timeout, errc::connect_timeout, [&] {
        place_->connection = std::make_shared<client_connection>(connector.connect(target_));
    });
}

void exchange::send() {
    limited(stage::send, clock::duration::zero(), errc::total_timeout,
            [&] { sender_.start(*place_->connection->stream); });
}

void exchange::read_head() {
    response_parser parser(options_->head);
    auto& connection = *place_->connection;
    for (int interim = 0; interim <= most_interim;) {
        if (!connection.input.empty()) {
            answered_ = true;
            if (parse_head(parser)) {
                if (head_.status >= 200) {
                    return;
                }
                ++interim;
                continue;
            }
        }
        const bool more = limited(stage::head, options_->read_timeout, errc::read_timeout,
                                  [&] { return connection.input.fill(*connection.stream); });
        if (!more) {
            throw error(answered_ ? errc::incomplete_head : errc::no_response, name(), stage::head);
        }
    }
    throw error(errc::head_too_large, name() + ": too many interim responses", stage::head);
}

// Returns whether the head was complete.
bool exchange::parse_head(response_parser& parser) {
    auto& input = place_->connection->input;
    try {
        const auto used = parser.parse(input.view(), asked_->method == "HEAD", head_, traits_);
        input.consume(used);
        if (used != 0 && head_.status == 101) {
            throw error(errc::bad_start_line, "switch of protocols that nobody asked for");
        }
        return used != 0;
    } catch (const error& fault) {
        throw error(fault.code(), name() + ": " + operation(fault), stage::head);
    }
}

void exchange::begin_body() {
    auto& connection = *place_->connection;
    body_.emplace(*connection.stream, connection.input, options_->head);
    body_->start(traits_.body);
    const auto coding = head_.headers.find("Content-Encoding");
    if (options_->decode && coding && !body_->ended()) {
        decoder_ = make_decoder(*coding);
    }
    if (body_->ended()) {
        release();
        complete_ = true;
    }
}

std::size_t exchange::read_some(std::span<std::byte> into) {
    if (complete_ || into.empty()) {
        return 0;
    }
    if (!place_ && !body_->ended()) {
        throw error(std::make_error_code(std::errc::not_connected), name(), stage::body);
    }
    const std::span out(reinterpret_cast<char*>(into.data()), into.size());
    try {
        const auto count = decoder_ ? read_decoded(out) : read_raw(out);
        complete_ = count == 0 || (!decoder_ && body_->ended());
        return count;
    } catch (const std::exception&) {
        close();
        if (sender_.source_failure()) {
            std::rethrow_exception(sender_.source_failure());
        }
        throw;
    }
}

std::size_t exchange::read_raw(std::span<char> into) {
    const auto count = limited(stage::body, options_->read_timeout, errc::read_timeout,
                               [&] { return body_->read_some(into); });
    if (body_->ended()) {
        release();
    }
    return count;
}

std::size_t exchange::read_decoded(std::span<char> into) {
    for (;;) {
        if (const auto count = decoder_->decode(undecoded_, into); count != 0) {
            return count;
        }
        if (body_->ended()) {
            if (!undecoded_.empty() || (!decoder_->complete() && body_->received() > 0)) {
                throw error(errc::bad_content_coding, name(), stage::body);
            }
            return 0;
        }
        raw_.resize(raw_size);
        undecoded_ = std::string_view(raw_).substr(0, read_raw(raw_));
    }
}

// The response is complete: lets the connection go, for reuse if nothing speaks against it.
void exchange::release() {
    if (!place_) {
        return;
    }
    const bool keep = traits_.keep_alive && sender_.sent() && place_->connection->input.empty() &&
                      !asked_->headers.lists("Connection", "close");
    if (keep) {
        place_->give_back();
        place_.reset();
    } else {
        close();
    }
}

void exchange::drain() {
    decoder_.reset();
    std::array<char, 4'096> dropped;
    try {
        while (place_ && !body_->ended() && body_->received() < drained_body) {
            (void)read_raw(dropped);
        }
    } catch (const error&) {
        // The connection is closed below.
    }
    close();
}

void exchange::close() noexcept {
    if (place_ && place_->connection) {
        place_->connection->stream->close();
    }
    if (sender_.running()) {
        sender_.cancel();  // it still uses the connection; its destructor waits for it
    } else {
        place_.reset();
    }
}

std::size_t exchange::received() const noexcept {
    return body_ ? static_cast<std::size_t>(body_->received()) : 0;
}

std::string exchange::name() const {
    return asked_->method + " " + asked_->where.str();
}

}  // namespace weft::http
