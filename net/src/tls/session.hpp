// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tls/context.hpp"

#include <weft/mutex.hpp>
#include <weft/net/stream.hpp>
#include <weft/net/tls.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weft::net {

/// One TLS connection: OpenSSL between two buffers in memory, and a transport.
///
/// Invariants:
/// 1. OpenSSL never blocks and never sees a descriptor: it reads from one buffer and writes to
///    another. Between a call of it and the look at its error queue no fiber switch happens.
/// 2. Only the holder of sending_ moves records to the transport, so they leave in the order in
///    which they were made. The reader makes none, except the alert that ends the connection.
/// 3. After a fatal failure every further call fails with the same code.
class tls_stream::implementation {
public:
    implementation(std::unique_ptr<stream> transport, tls_context context,
                   std::string_view server_name);
    implementation(const implementation&) = delete;
    implementation& operator=(const implementation&) = delete;
    ~implementation();

    void handshake();
    std::size_t read_some(std::span<std::byte> into);
    void write_all(std::span<const std::byte> from);
    void shutdown_write();
    void close() noexcept;

    [[nodiscard]] std::string_view alpn() const noexcept;
    [[nodiscard]] std::string_view protocol() const noexcept {
        return ready_ ? std::string_view(SSL_get_version(ssl_.get())) : std::string_view{};
    }
    [[nodiscard]] bool resumed() const noexcept {
        return ready_ && SSL_session_reused(ssl_.get()) == 1;
    }

private:
    void ask_for(std::string_view server_name);
    void shake_hands();
    bool feed();
    void send_pending();
    void send_last_words() noexcept;
    void check_usable(const char* operation) const;
    void check_idle_messages();
    [[noreturn]] void fail(std::error_code code, const std::string& what);
    [[noreturn]] void fail_handshake();

    std::unique_ptr<stream> transport_;
    tls_context context_;
    std::string name_;            // of the peer, for messages
    tls::resumption resumption_;  // of a client
    tls::ssl_ptr ssl_;
    BIO* arrived_ = nullptr;  // records from the peer; owned by ssl_
    BIO* made_ = nullptr;     // records for the peer; owned by ssl_
    std::unique_ptr<std::byte[]> input_;
    std::string output_;  // records on their way; guarded by sending_
    mutex shaking_;
    mutex sending_;
    std::optional<std::error_code> failure_;
    unsigned idle_messages_ = 0;  // handshake messages since the last data
    bool ready_ = false;          // the handshake is done
    bool said_goodbye_ = false;
    bool closed_ = false;
};

}  // namespace weft::net
