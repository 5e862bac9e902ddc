// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/message.hpp>
#include <weft/http/url.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::http {

class exchange;

/// One step on the way to a response.
struct redirect_step {
    unsigned status;
    url where;  ///< what was asked
};

/// A response whose body is read while it arrives.
///
/// Read to its end, it gives its connection back to the session; dropped before, it closes it.
/// Threads:  only on the thread of its runtime.
/// Lifetime: may outlive the session, not the connector.
class client_response {
public:
    /// For the session.
    explicit client_response(std::unique_ptr<exchange> under_way) noexcept;
    client_response(client_response&& other) noexcept;
    client_response& operator=(client_response&& other) noexcept;
    ~client_response();

    [[nodiscard]] unsigned status() const noexcept;
    [[nodiscard]] const std::string& reason() const noexcept;
    [[nodiscard]] http::version version() const noexcept;
    [[nodiscard]] const http::headers& headers() const noexcept;

    /// The URL that answered, after all redirects.
    [[nodiscard]] const url& where() const noexcept;

    /// The redirects that led here, first to last.
    [[nodiscard]] const std::vector<redirect_step>& history() const noexcept;

    /// Whether the connection had served an earlier request.
    [[nodiscard]] bool reused() const noexcept;

    /// Bytes of the body as sent, if announced; compressed ones count as they are on the wire.
    [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;

    /// Reads what has arrived of the body, decoded, at least one byte; 0 at its end.
    ///
    /// Blocks:       until a byte arrives or the body ends.
    /// Cancellation: throws cancelled; a later read continues.
    /// \throws http::error  length_mismatch, incomplete_body, bad_chunk, bad_content_coding,
    ///         read_timeout, total_timeout, session_closed, or the code of the network.
    [[nodiscard]] std::size_t read_some(std::span<std::byte> into);

    /// Reads the rest of the body.
    ///
    /// \param limit  bytes accepted, after decoding.
    /// \throws http::error  errc::body_too_large beyond `limit`; the connection is closed. Else as
    ///         read_some().
    std::string read_all(std::size_t limit = 64 * 1024 * 1024);

    /// Drops the rest of the body and closes the connection, unless the body was read. Idempotent,
    /// never blocks.
    void close() noexcept;

private:
    std::unique_ptr<exchange> exchange_;
};

}  // namespace weft::http
