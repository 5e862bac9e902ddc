// SPDX-License-Identifier: BSL-1.0
#include "http/server_connection.hpp"

#include "http/message_writer.hpp"

#include <weft/task.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace weft::http {

namespace {

constexpr std::size_t slice = 64 * 1024;        // bytes written under one time limit
constexpr std::size_t joined_body = 16 * 1024;  // bytes; up to here head and body are one write
constexpr std::size_t kept_memory = 64 * 1024;  // bytes of a buffer kept for the next request
constexpr std::size_t first_growth = 4 * 1024;  // bytes; of a body of unknown or claimed length

// One large message must not make a connection large for the rest of its life.
void trim(std::string& buffer) {
    if (buffer.capacity() > kept_memory) {
        std::string().swap(buffer);
    }
}

}  // namespace

server_connection::server_connection(net::stream& peer, const handler& answer,
                                     const server_options& options, const tick_limits& times)
    : peer_(peer),
      handler_(answer),
      options_(options),
      parser_(options.head),
      body_(peer, input_, options.head),
      times_(times) {}

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
        } else if (!stopping_ && (phase_ == phase::head || phase_ == phase::body)) {
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
    if (status != 0) {
        refuse(status, reason);
    }
}

void server_connection::stop() {
    stopping_ = true;
    if (phase_ == phase::idle) {
        limit_.cancel("server stopped");
    }
}

void server_connection::tick() {
    if (phase_ != phase::handling && --ticks_left_ <= 0) {
        limit_.cancel("time limit");
    }
}

void server_connection::enter(phase next, std::int64_t most_ticks) noexcept {
    phase_ = next;
    ticks_left_ = most_ticks;
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
        read_body();
        answer();
        trim(request_.body);
        trim(response_.body);
        trim(output_);
    }
    return true;
}

// Returns false if the peer finished between two requests.
bool server_connection::read_head() {
    phase_ = phase::idle;
    for (;;) {
        if (!input_.empty()) {
            if (const auto used = parser_.parse(input_.view(), request_, traits_); used != 0) {
                input_.consume(used);
                return true;
            }
            if (phase_ == phase::idle) {
                enter(phase::head, times_.header);
            }
        } else if (phase_ == phase::idle) {
            if (stopping_) {
                return false;
            }
            enter(phase::idle, requests_ == 0 ? times_.header : times_.idle);
        }
        if (!input_.fill(peer_)) {
            if (phase_ == phase::idle) {
                return false;
            }
            throw error(errc::incomplete_head, "http request", stage::head);
        }
    }
}

void server_connection::read_body() {
    body_.start(traits_.body);
    if (body_.ended()) {
        return;
    }
    if (traits_.body.length > options_.max_body) {
        throw error(errc::body_too_large, "http request", stage::body);
    }
    enter(phase::body, times_.body);
    if (traits_.expects_continue && input_.empty()) {
        peer_.write_all(net::bytes_of("HTTP/1.1 100 Continue\r\n\r\n"));
    }
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
    keep_ = traits_.keep_alive;
    const bool done = call_handler();
    keep_ = keep_ && !stopping_;
    output_.clear();
    if (done) {
        try {
            keep_ = keep_ && !response_.headers.lists("Connection", "close");
            write_response();
            return;
        } catch (const error&) {
            report(std::current_exception());
        }
    }
    refuse(500, "the handler failed");
}

// Returns false if it threw.
bool server_connection::call_handler() {
    phase_ = phase::handling;
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

void server_connection::write_response() {
    const response_context context{.to_head = request_.method == "HEAD",
                                   .keep_alive = keep_,
                                   .to_http_1_0 = request_.version == version::http_1_0};
    const bool with_body = write_response_head(output_, response_, context);
    ++requests_;
    enter(phase::writing, times_.write);
    if (with_body && response_.body.size() > joined_body) {
        peer_.write_all(net::bytes_of(output_));
        write_body();
        return;
    }
    if (with_body) {
        output_ += response_.body;
    }
    peer_.write_all(net::bytes_of(output_));
}

void server_connection::write_body() {
    for (auto left = std::string_view(response_.body); !left.empty();) {
        const auto piece = left.substr(0, slice);
        enter(phase::writing, times_.write);
        peer_.write_all(net::bytes_of(piece));
        left.remove_prefix(piece.size());
    }
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
    output_.clear();
    const response_context context{.to_head = request_.method == "HEAD", .keep_alive = false};
    if (write_response_head(output_, response_, context)) {
        output_ += response_.body;
    }
    linger();
}

// Lets the peer read what was sent: data that arrives at a closed socket would make the kernel
// throw the response away.
void server_connection::linger() {
    move_on_after(options_.linger_timeout, [this] {
        try {
            peer_.write_all(net::bytes_of(output_));
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

unsigned refusal_status(errc fault) noexcept {
    switch (fault) {
        case errc::start_line_too_long: return 414;
        case errc::head_too_large: return 431;
        case errc::body_too_large: return 413;
        case errc::unsupported_coding: return 501;
        case errc::unsupported_version: return 505;
        case errc::incomplete_head:
        case errc::incomplete_body:
        case errc::length_mismatch: return 0;
        default: return 400;
    }
}

}  // namespace weft::http
