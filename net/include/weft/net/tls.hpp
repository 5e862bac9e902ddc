// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/net/stream.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::net {

/// What a client wants of TLS.
struct tls_client_options {
    /// Whether the server must prove its name. Without it anybody can listen in.
    bool verify = true;
    /// Trusted authorities, PEM, in addition to ca_file; if both are empty, those of the system.
    std::string ca_pem = {};
    std::string ca_file = {};
    std::vector<std::string> alpn = {};  ///< protocols to offer, best first, such as "http/1.1"
    /// Sessions kept to be resumed with the server of the same name, which spares both sides most
    /// of the next handshake; beyond, the oldest goes. 0: none.
    std::size_t kept_sessions = 100;
    clock::duration handshake_timeout = std::chrono::seconds(60);
};

/// What a server wants of TLS.
struct tls_server_options {
    std::string certificate_pem;  ///< its certificate, then the intermediate ones
    std::string private_key_pem;
    std::vector<std::string> alpn = {};  ///< protocols spoken, best first
    /// Whether clients may resume sessions. The key of their tickets lives as long as the context.
    bool resumption = false;
    clock::duration handshake_timeout = std::chrono::seconds(60);
};

/// The settings that TLS streams share: TLS 1.2 or 1.3, no renegotiation.
///
/// Cheap to copy; streams keep what they need.
class tls_context {
public:
    /// \throws net::error  errc::certificate_invalid if no authority can be read from the options,
    ///         or the system's code if the file cannot.
    [[nodiscard]] static tls_context client(const tls_client_options& options = {});

    /// \throws net::error  errc::certificate_invalid if certificate or key cannot be used.
    [[nodiscard]] static tls_context server(const tls_server_options& options);

    struct implementation;
    [[nodiscard]] const implementation& get() const noexcept { return *self_; }

private:
    explicit tls_context(std::shared_ptr<const implementation> self) : self_(std::move(self)) {}
    std::shared_ptr<const implementation> self_;
};

/// TLS over another stream.
///
/// The handshake is made by the first call that needs it, so that a server's accept loop need not
/// wait for it; handshake() makes it at once.
/// Threads: as stream; one fiber may read while another writes.
class tls_stream final : public stream {
public:
    /// \param transport    carries the records; owned.
    /// \param server_name  for clients: the name or IP address to ask for and to verify.
    tls_stream(std::unique_ptr<stream> transport, const tls_context& context,
               std::string_view server_name = {});
    ~tls_stream() override;

    /// Agrees with the peer on keys, unless that is done.
    ///
    /// Blocks:       for the peer, at most for the handshake timeout of the context.
    /// Cancellation: throws cancelled; only closing is sensible.
    /// \throws net::error  certificate_expired, certificate_wrong_host, certificate_self_signed,
    ///         certificate_untrusted, certificate_invalid, tls_handshake_failed;
    ///         std::errc::connection_reset if the peer closed, std::errc::timed_out.
    void handshake();

    /// \throws net::error  errc::tls_truncated if the transport ended without the TLS goodbye,
    ///         errc::tls_protocol_error for garbage, as handshake(), or the transport's error.
    [[nodiscard]] std::size_t read_some(std::span<std::byte> into) override;
    void write_all(std::span<const std::byte> from) override;

    /// Sends the TLS goodbye and ends the transport's writing. Reading goes on.
    void shutdown_write() override;
    void close() noexcept override;

    /// The protocol agreed on by ALPN; empty if none or before the handshake.
    [[nodiscard]] std::string_view alpn() const noexcept;

    /// "TLSv1.3" or "TLSv1.2"; empty before the handshake.
    [[nodiscard]] std::string_view protocol() const noexcept;

    /// Whether the handshake resumed an earlier session, in which the server had proved its name.
    [[nodiscard]] bool resumed() const noexcept;

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

}  // namespace weft::net
