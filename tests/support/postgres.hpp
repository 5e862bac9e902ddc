// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "loopback/certificates.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

#include <optional>
#include <string>

namespace weft::test {

/// A real PostgreSQL on a free port of 127.0.0.1 that trusts everybody, with TLS for who asks.
///
/// The server refuses to run as root, so for root it runs as user postgres.
class postgres {
public:
    /// \throws std::runtime_error  with its words if it does not start.
    postgres();
    postgres(const postgres&) = delete;
    postgres& operator=(const postgres&) = delete;

    /// Ends connections that are still open, too.
    ~postgres();

    /// For PQconnectdb(): the database "postgres" as its superuser, without TLS.
    [[nodiscard]] std::string connection() const;

    [[nodiscard]] unsigned short port() const noexcept { return port_; }

private:
    void make_database() const;
    [[nodiscard]] child_process start(unsigned short port) const;

    temporary_directory folder_;
    unsigned short port_ = 0;
    std::optional<child_process> process_;
};

}  // namespace weft::test
