// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/net/address.hpp>
#include <weft/net/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::net {

/// What can be chosen for a resolver. Where nothing is, /etc/resolv.conf decides.
struct resolver_options {
    /// Name servers, as "address:port"; port 53 if none is given. Empty: those of the system.
    std::vector<std::string> servers;
    /// How long a server may take the first time; doubled in each further round, up to an hour.
    std::chrono::milliseconds timeout = std::chrono::seconds(2);
    /// Rounds through all servers, 1 or more.
    int tries = 3;
    /// Domains that are tried after a relative name.
    std::optional<std::vector<std::string>> search;
    /// Names with at least so many dots are tried as they are first.
    std::optional<int> ndots;
    /// Asked before any server and read again when it changes. Empty: none.
    std::string hosts_file = "/etc/hosts";
    /// Remembered answers; 0: none.
    std::size_t cache_size = 1000;
    /// Bounds for how long an answer is remembered, whatever its TTL says.
    std::chrono::seconds min_ttl{0};
    std::chrono::seconds max_ttl{3600};
    /// The same for the answer that there is nothing, which the zone's SOA record allows.
    std::chrono::seconds max_negative_ttl{10};
};

/// Finds the addresses of host names, without blocking the thread.
///
/// Literal addresses, `localhost` and names below it, and names of the hosts file are answered at
/// once. Answers are remembered for their TTL. Fibers that ask for the same name at the same time
/// share one lookup, which goes on when one of them is cancelled.
/// Threads:  one resolver serves one runtime's thread.
/// Lifetime: destroying a resolver ends its lookups: their waiters throw net::error
///           (std::errc::operation_canceled).
class resolver {
public:
    /// Blocks: the thread, while the system's configuration is read.
    /// \throws net::error  (std::errc::invalid_argument) for a server that is no address, tries or
    ///         timeouts below 1; or if the machine lacks resources.
    explicit resolver(const resolver_options& options = {});
    resolver(resolver&&) noexcept;
    resolver& operator=(resolver&&) noexcept;
    ~resolver();

    /// The addresses of `host` with the given port, in the order in which to try them; at least
    /// one.
    ///
    /// \param host    a name of at most 253 bytes, or a literal address without brackets. A final
    ///                dot means that search domains are not tried.
    /// \param wanted  family::v4 or v6 for these alone; any: both are asked for at the same time.
    /// Blocks:        until the name servers have answered, at most `tries` rounds of timeouts.
    /// Cancellation:  throws cancelled.
    /// \throws net::error  naming the host: errc::invalid_name, name_not_found, no_address,
    ///         resolver_failure or resolver_timeout.
    /// Source:        RFC 6724 section 6 for the order.
    [[nodiscard]] std::vector<address> resolve(std::string_view host, std::uint16_t port,
                                               family wanted = family::any);

    /// Takes addresses of one family.
    using sink = std::function<void(const std::vector<address>&)>;

    /// resolve() that hands over the addresses of each family as soon as they are known, by one or
    /// two calls of `found`, which must not block. They are not sorted.
    ///
    /// Throws as resolve(), if nothing was found.
    void resolve_each(std::string_view host, std::uint16_t port, family wanted, const sink& found);

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

}  // namespace weft::net
