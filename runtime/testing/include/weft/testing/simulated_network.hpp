// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The network of a simulation: how well it works, and what a test breaks in it.

#include <weft/clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::testing {

namespace detail {
class network;
}

/// How well a simulated network works. What lies between two bounds is drawn anew for every
/// connection; a chance is between 0 and 1.
struct network_conditions {
    /// How long bytes travel.
    clock::duration least_latency = std::chrono::microseconds(50);
    clock::duration most_latency = std::chrono::milliseconds(2);
    /// How much a single one may be later than others; datagrams overtake each other by it.
    clock::duration jitter = std::chrono::microseconds(200);
    /// Bytes that one direction of a connection holds before its writer waits.
    std::size_t least_buffer = 4 * 1024;
    std::size_t most_buffer = 256 * 1024;
    /// That a read or write moves only a part of what it could.
    double short_read = 0.2;
    double short_write = 0.2;
    /// That a connection is slow, and then how many bytes pass in a second.
    double slow = 0;
    std::size_t slow_rate = 1'000;
    /// That a connection is refused.
    double refused = 0;
    /// That it is reset after some bytes, at most `break_within` of them.
    double reset = 0;
    /// That it goes silent after some bytes: what is sent then never arrives.
    double silent = 0;
    std::size_t break_within = 4'096;
    /// Of each datagram.
    double datagram_lost = 0;
    double datagram_doubled = 0;
    /// That the name server fails (SERVFAIL), or does not answer.
    double name_failure = 0;
    double name_silence = 0;

    /// A network in which everything above happens now and then.
    [[nodiscard]] static network_conditions hostile();
};

/// How the simulated name server answers for a name that it has been told of.
enum class name_answer : std::uint8_t {
    not_found,  ///< NXDOMAIN
    failure,    ///< SERVFAIL
    none,       ///< no answer at all
};

/// The network of a simulation, as a test changes it while it runs.
///
/// Addresses are literals such as "10.1.0.1" and "fd00::7", or with a port "10.1.0.1:80",
/// "[::1]:53"; one without a port means all ports. Any address may be listened on: who connects
/// has 10.0.0.1 or fd00::1, or as simulation::as_host() says.
/// Throws usage_error for what is no address.
class simulated_network {
public:
    explicit simulated_network(detail::network& simulated) : network_(simulated) {}

    /// For connections and datagrams from now on.
    void set_conditions(const network_conditions& changed);
    [[nodiscard]] const network_conditions& conditions() const noexcept;

    /// What the name server answers for `name`: `addresses` of both families.
    void add_name(std::string_view name, std::vector<std::string> addresses,
                  std::chrono::seconds ttl = std::chrono::seconds(60));
    void add_name(std::string_view name, name_answer answer);

    /// Nothing passes between two addresses until heal(); what was sent arrives then, unless a side
    /// has given up: connecting after 127 s, a connection with unanswered bytes after 924 s.
    void partition(std::string_view one, std::string_view other);

    /// The same between `address` and all others.
    void isolate(std::string_view address);

    /// Undoes partition(), isolate() and what follows.
    void heal();

    /// Connecting there is refused, not answered, or fails at once as unreachable.
    void refuse(std::string_view address);
    void black_hole(std::string_view address);
    void make_unreachable(std::string_view address);

    /// Resets the connections of an address.
    void reset_connections(std::string_view address);

    /// Connections that exist, each counted once for each side that is open.
    [[nodiscard]] std::size_t open_sockets() const noexcept;

private:
    detail::network& network_;
};

}  // namespace weft::testing
