// SPDX-License-Identifier: BSL-1.0
#include <weft/http/client_response.hpp>

#include "http/exchange.hpp"
#include "http/syntax.hpp"

#include <weft/http/error.hpp>

#include <algorithm>
#include <utility>

namespace weft::http {

namespace {

constexpr std::size_t least_growth = 4 * 1024;    // bytes
constexpr std::size_t most_growth = 1024 * 1024;  // bytes

}  // namespace

client_response::client_response(std::unique_ptr<exchange> under_way) noexcept
    : exchange_(std::move(under_way)) {}
client_response::client_response(client_response&& other) noexcept = default;
client_response& client_response::operator=(client_response&& other) noexcept = default;
client_response::~client_response() = default;

unsigned client_response::status() const noexcept {
    return exchange_->head().status;
}
const std::string& client_response::reason() const noexcept {
    return exchange_->head().reason;
}
http::version client_response::version() const noexcept {
    return exchange_->head().version;
}
const http::headers& client_response::headers() const noexcept {
    return exchange_->head().headers;
}
const url& client_response::where() const noexcept {
    return exchange_->asked().where;
}
const std::vector<redirect_step>& client_response::history() const noexcept {
    return exchange_->history;
}
bool client_response::reused() const noexcept {
    return exchange_->reused();
}

std::optional<std::uint64_t> client_response::content_length() const noexcept {
    auto announced = headers().find("Content-Length");
    return announced ? parse_decimal(take_item(*announced)) : std::nullopt;
}

std::size_t client_response::read_some(std::span<std::byte> into) {
    return exchange_->read_some(into);
}

std::string client_response::read_all(std::size_t limit) {
    std::string body;
    std::size_t size = 0;
    for (;;) {
        if (size == body.size()) {
            const auto growth = std::clamp(size, least_growth, most_growth);
            const auto left = limit - size;  // one byte more tells that there is too much
            body.resize(size + (left < growth ? left + 1 : growth));
        }
        const auto count = read_some(std::as_writable_bytes(std::span(body).subspan(size)));
        if (count == 0) {
            body.resize(size);
            return body;
        }
        size += count;
        if (size > limit) {
            close();
            throw error(errc::body_too_large, where().str(), stage::body, size);
        }
    }
}

void client_response::close() noexcept {
    exchange_->close();
}

}  // namespace weft::http
