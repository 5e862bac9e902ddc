// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/server_exchange.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>

namespace weft::http {

class server_connection;

/// The connection of a server as a handler sees it that reads and writes piece by piece.
class streamed_exchange final : public server_exchange {
public:
    explicit streamed_exchange(server_connection& of);

    [[nodiscard]] const request& asked() const noexcept override;
    [[nodiscard]] std::size_t read_some(std::span<char> into) override;
    void respond(const response& whole) override;
    void begin(const response& head) override;
    void write(std::string_view piece) override;

    /// Completes the response. Called after the handler has returned.
    ///
    /// \throws usage_error  if there is none; as write().
    void finish();

    /// What ended the connection while the handler used it; empty if nothing did.
    [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }

private:
    std::size_t receive(std::span<char> into);
    void require_working() const;
    void require_unanswered() const;
    template <class Call>
    void sending(Call call);

    server_connection& of_;
    std::exception_ptr failure_;
    std::size_t slice_ = 0;   // bytes that arrived under the current time limit
    std::int64_t ticks_ = 0;  // what is left of it
    bool invited_ = false;
};

}  // namespace weft::http
