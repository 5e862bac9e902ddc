// SPDX-License-Identifier: BSL-1.0
#include <weft/http/client.hpp>

#include "http/connection_pool.hpp"
#include "http/exchange.hpp"
#include "http/redirect.hpp"

#include <weft/http/error.hpp>

#include <utility>

namespace weft::http {

namespace {

// Taken into the request once, so that a redirect to another origin strips them like its own.
void add_defaults(headers& fields, const headers& defaults) {
    const auto own = fields;
    for (const auto fallback : defaults) {
        if (!own.contains(fallback.name)) {
            fields.add(fallback.name, fallback.value);
        }
    }
    if (!fields.contains("User-Agent")) {
        fields.add("User-Agent", "weft");
    }
}

clock::time_point deadline_of(const session_options& options) {
    return options.total_timeout > clock::duration::zero() ? deadline_after(options.total_timeout)
                                                           : never;
}

}  // namespace

class session::implementation {
public:
    implementation(net::connector& connector, session_options options)
        : connector_(connector),
          options_(std::make_shared<const session_options>(std::move(options))),
          pool_(std::make_shared<connection_pool>(pool_limits{
              options_->max_connections, options_->max_per_host, options_->keep_alive})) {}

    client_response send(client_request wanted) {
        add_defaults(wanted.headers, options_->headers);
        const auto asked = std::make_shared<client_request>(std::move(wanted));
        const auto deadline = deadline_of(*options_);
        std::vector<redirect_step> history;
        for (;;) {
            auto attempt = std::make_unique<exchange>(options_, asked, deadline);
            attempt->begin(connector_, *pool_);
            const auto status = attempt->head().status;
            const auto location = attempt->head().headers.find("Location");
            if (!asked->follow_redirects || !is_redirect(status) || !location) {
                attempt->history = std::move(history);
                return client_response(std::move(attempt));
            }
            if (history.size() >= options_->max_redirects) {
                throw error(errc::too_many_redirects, asked->where.str(), stage::head);
            }
            history.push_back({status, asked->where});
            const std::string next(*location);
            attempt->drain();
            attempt.reset();
            follow_redirect(*asked, status, next);
        }
    }

    connection_pool& pool() noexcept { return *pool_; }

private:
    net::connector& connector_;
    std::shared_ptr<const session_options> options_;
    std::shared_ptr<connection_pool> pool_;
};

session::session(net::connector& connector, session_options options)
    : self_(std::make_unique<implementation>(connector, std::move(options))) {}

session::~session() {
    close();
}

client_response session::send(client_request wanted) {
    return self_->send(std::move(wanted));
}

client_response session::get(const url& where, const headers& fields) {
    return send({.method = "GET", .where = where, .headers = fields});
}

client_response session::head(const url& where, const headers& fields) {
    return send({.method = "HEAD", .where = where, .headers = fields});
}

client_response session::post(const url& where, std::string body, const headers& fields) {
    return send({.method = "POST", .where = where, .headers = fields, .body = std::move(body)});
}

void session::close() noexcept {
    self_->pool().close();
}

std::size_t session::open_connections() const noexcept {
    return self_->pool().open();
}

std::size_t session::idle_connections() const noexcept {
    return self_->pool().idle();
}

}  // namespace weft::http
