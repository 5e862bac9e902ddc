// SPDX-License-Identifier: BSL-1.0
#include <weft/net/tls.hpp>

#include "tls/session.hpp"

#include <utility>

namespace weft::net {

tls_stream::tls_stream(std::unique_ptr<stream> transport, const tls_context& context,
                       std::string_view server_name)
    : self_(std::make_unique<implementation>(std::move(transport), context, server_name)) {}

tls_stream::~tls_stream() {
    close();
}

void tls_stream::handshake() {
    self_->handshake();
}

std::size_t tls_stream::read_some(std::span<std::byte> into) {
    return self_->read_some(into);
}

void tls_stream::write_all(std::span<const std::byte> from) {
    self_->write_all(from);
}

void tls_stream::shutdown_write() {
    self_->shutdown_write();
}

void tls_stream::close() noexcept {
    self_->close();
}

std::string_view tls_stream::alpn() const noexcept {
    return self_->alpn();
}

std::string_view tls_stream::protocol() const noexcept {
    return self_->protocol();
}

bool tls_stream::resumed() const noexcept {
    return self_->resumed();
}

}  // namespace weft::net
