// SPDX-License-Identifier: BSL-1.0
#include "http/server_connection.hpp"

#include "http/message_writer.hpp"
#include "http/refusal_status.hpp"
#include "http/streamed_exchange.hpp"

#include <weft/http/error.hpp>
#include <weft/task.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace weft::http {

namespace {

constexpr std::size_t first_growth = 4 * 1024;  // bytes; of a body of unknown or claimed length

}  // namespace

server_connection::server_connection(net::stream& peer, const handler& answer,
                                     const server_options& options, const tick_limits& times)
    : peer_(peer),
      handler_(answer),
      options_(options),
      parser_(options.head),
      body_(peer, input_, options.head),
      times_(times),
      writer_(peer, clock_, times) {}

void server_connection::run() {
    struct closed_at_the_end {
        net::stream& peer;
        ~closed_at_the_end() { peer.close(); }
    } closed{peer_};
    unsigned status = 0;
    std::string reason;
    try {
        if (limit_.run([this] { serve_all(); })) {
            finish();
        } else if (!stopping_ && (clock_.now() == phase::head || clock_.now() == phase::body)) {
            status = 408;
        }
    } catch (const error& fault) {
        const bool ours = fault.code().category() == category();
        status = ours ? refusal_status(static_cast<errc>(fault.code().value())) : 0;
        reason = fault.code().message();
    } catch (const io_error&) {
        status = 0;  // the peer is gone
    } catch (const std::exception&) {
        report(std::current_exception());
        status = 500;
    }
    if (status != 0 && !told_) {
        refuse(status, reason);
    }
}

void server_connection::stop() {
    stopping_ = true;
    if (clock_.now() == phase::idle) {
        limit_.cancel("server stopped");
    }
}

void server_connection::tick() {
    if (clock_.tick()) {
        limit_.cancel("time limit");
    }
}

void server_connection::serve_all() {
    while (keep_ && serve_next()) {
    }
}

// Returns whether there was a request.
bool server_connection::serve_next() {
    if (!read_head() || limit_.cancel_called()) {
        return false;
    }
    const auto& methods = options_.methods;
    if (std::ranges::find(methods, request_.method) == methods.end()) {
        refuse(501, "this method is not implemented");
    } else if (traits_.unknown_expectation) {
        refuse(417, "this expectation is not known");
    } else {
        start_body();
        if (handler_.streams()) {
            stream();
        } else {
            read_body();
            answer();
        }
        requests_ += refused_ ? 0 : 1;
        trim(request_.body);
        trim(response_.body);
        writer_.trim();
    }
    return true;
}

// Returns false if the peer finished between two requests.
bool server_connection::read_head() {
    told_ = false;
    clock_.enter(phase::idle, requests_ == 0 ? times_.header : times_.idle);
    for (;;) {
        if (!input_.empty()) {
            if (const auto used = parser_.parse(input_.view(), request_, traits_); used != 0) {
                input_.consume(used);
                return true;
            }
            if (clock_.now() == phase::idle) {
                clock_.enter(phase::head, times_.header);
            }
        } else if (stopping_) {
            return false;
        }
        if (!input_.fill(peer_)) {
            if (clock_.now() == phase::idle) {
                return false;
            }
            throw error(errc::incomplete_head, "http request", stage::head);
        }
    }
}

void server_connection::start_body() {
    body_.start(traits_.body);
    if (traits_.body.length > options_.max_body) {
        throw error(errc::body_too_large, "http request", stage::body);
    }
}

void server_connection::invite_body() {
    if (traits_.expects_continue && input_.empty()) {
        peer_.write_all(net::bytes_of("HTTP/1.1 100 Continue\r\n\r\n"));
    }
}

void server_connection::read_body() {
    if (body_.ended()) {
        return;
    }
    clock_.enter(phase::body, times_.body);
    invite_body();
    // Grown as bytes arrive: a claimed length costs no memory.
    auto& body = request_.body;
    std::size_t size = 0;
    while (!body_.ended()) {
        if (size == body.size()) {
            body.resize(std::min(std::max(first_growth, size * 2), options_.max_body + 1));
        }
        size += body_.read_some(std::span(body).subspan(size));
        if (size > options_.max_body) {
            throw error(errc::body_too_large, "http request", stage::body);
        }
    }
    body.resize(size);
}

void server_connection::answer() {
    if (call_handler()) {
        try {
            writer_.send(response_, answering(response_));
            return;
        } catch (const error&) {
            report(std::current_exception());
        }
    }
    refuse(500, "the handler failed");
}

// Returns false if it threw.
bool server_connection::call_handler() {
    clock_.enter(phase::handling);
    response_.clear();
    try {
        handler_(request_, response_);
        return true;
    } catch (const cancelled&) {
        throw;
    } catch (...) {
        report(std::current_exception());
        return false;
    }
}

// Calls a handler that reads and writes by itself.
void server_connection::stream() {
    clock_.enter(phase::handling);
    streamed_exchange exchange(*this);
    std::exception_ptr fault;
    try {
        handler_(exchange);
        if (!exchange.failure()) {
            exchange.finish();
        }
    } catch (const cancelled&) {
        throw;
    } catch (...) {
        fault = std::current_exception();
    }
    if (fault && !exchange.failure()) {
        report(fault);
    }
    if (exchange.failure() && !told_) {
        std::rethrow_exception(exchange.failure());  // whatever the handler threw
    }
    if (fault && !told_) {
        refuse(500, "the handler failed");
    } else if (fault || exchange.failure()) {
        keep_ = false;  // the incomplete body says it
    } else if (!body_.ended()) {
        linger({});
    }
}

// Decides whether the connection stays, too.
response_context server_connection::answering(const response& answered) {
    keep_ = traits_.keep_alive && !stopping_ && body_.ended() &&
            !answered.headers.lists("Connection", "close");
    return {.to_head = request_.method == "HEAD",
            .keep_alive = keep_,
            .to_http_1_0 = request_.version == version::http_1_0};
}

void server_connection::report(const std::exception_ptr& failure) const {
    if (options_.on_error) {
        options_.on_error(failure);
        return;
    }
    // A failure that nobody waits for is what the runtime's error handler is told about.
    spawn([failure] { std::rethrow_exception(failure); }, {.name = "http handler"}).detach();
}

void server_connection::refuse(unsigned status, std::string_view reason) {
    ++requests_;
    refused_ = true;
    keep_ = false;
    response_.clear();
    response_.status = status;
    response_.headers.add("Content-Type", "text/plain");
    response_.body.append(reason.empty() ? reason_phrase(status) : reason).append("\n");
    std::string farewell;
    const response_context context{.to_head = request_.method == "HEAD", .keep_alive = false};
    if (write_response_head(farewell, response_, context)) {
        farewell += response_.body;
    }
    linger(farewell);
}

// Lets the peer read what was sent: data that arrives at a closed socket would make the kernel
// throw the response away.
void server_connection::linger(std::string_view farewell) {
    move_on_after(options_.linger_timeout, [&] {
        try {
            peer_.write_all(net::bytes_of(farewell));
            peer_.shutdown_write();
            std::array<std::byte, 1'024> dropped;
            while (peer_.read_some(dropped) != 0) {
            }
        } catch (const io_error&) {
            return;  // the peer is gone
        }
    });
}

void server_connection::finish() {
    if (!refused_) {
        move_on_after(options_.write_timeout, [this] { peer_.shutdown_write(); });
    }
}

}  // namespace weft::http
