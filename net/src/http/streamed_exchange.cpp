// SPDX-License-Identifier: BSL-1.0
#include "http/streamed_exchange.hpp"

#include "http/server_connection.hpp"

#include <weft/error.hpp>
#include <weft/http/error.hpp>

#include <algorithm>
#include <utility>

namespace weft::http {

namespace {

constexpr std::size_t slice = 64 * 1024;  // bytes read under one time limit

}  // namespace

streamed_exchange::streamed_exchange(server_connection& of) : of_(of), ticks_(of.times_.body) {}

const request& streamed_exchange::asked() const noexcept {
    return of_.request_;
}

std::size_t streamed_exchange::read_some(std::span<char> into) {
    require_working();
    if (of_.body_.ended() || into.empty()) {
        return 0;
    }
    try {
        return receive(into);
    } catch (const io_error&) {
        failure_ = std::current_exception();
        throw;
    }
}

// Left by an exception, the phase stays: it decides what the client is told.
std::size_t streamed_exchange::receive(std::span<char> into) {
    of_.clock_.enter(phase::body, ticks_);
    if (!std::exchange(invited_, true) && !of_.told_) {
        of_.invite_body();
    }
    const auto count = of_.body_.read_some(into.first(std::min(into.size(), slice)));
    if (of_.body_.received() > of_.options_.max_body) {
        throw error(errc::body_too_large, "http request", stage::body);
    }
    slice_ += count;
    ticks_ = slice_ < slice ? of_.clock_.ticks_left() : of_.times_.body;
    slice_ = slice_ < slice ? slice_ : 0;
    of_.clock_.enter(phase::handling);
    return count;
}

void streamed_exchange::respond(const response& whole) {
    require_unanswered();
    sending([&] { of_.writer_.send(whole, of_.answering(whole)); });
    of_.told_ = true;
}

void streamed_exchange::begin(const response& head) {
    require_unanswered();
    auto context = of_.answering(head);
    context.streamed = true;
    if (context.to_http_1_0 && !head.headers.contains("Content-Length")) {
        of_.keep_ = context.keep_alive = false;  // only the end of the connection ends the body
    }
    sending([&] { of_.writer_.begin(head, context); });
    of_.told_ = true;
}

void streamed_exchange::write(std::string_view piece) {
    if (!of_.writer_.is_open()) {
        throw usage_error("server_exchange: write() without begin()");
    }
    sending([&] { of_.writer_.write(piece); });
}

void streamed_exchange::finish() {
    if (!of_.told_) {
        throw usage_error("server_exchange: the handler gave no response");
    }
    if (of_.writer_.is_open()) {
        sending([&] { of_.writer_.finish(); });
    }
}

void streamed_exchange::require_working() const {
    if (failure_) {
        std::rethrow_exception(failure_);
    }
}

void streamed_exchange::require_unanswered() const {
    if (of_.told_) {
        throw usage_error("server_exchange: a second response");
    }
}

// A fault of the response is the handler's; all others are the connection's.
template <class Call>
void streamed_exchange::sending(Call call) {
    require_working();
    try {
        call();
    } catch (const error&) {
        of_.clock_.enter(phase::handling);
        throw;
    } catch (const io_error&) {
        failure_ = std::current_exception();
        throw;
    }
    of_.clock_.enter(phase::handling);
}

}  // namespace weft::http
