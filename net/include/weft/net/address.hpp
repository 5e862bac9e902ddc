// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weft::net {

/// The kinds of addresses; `any` stands for no address, or for "either IP family" in a question.
enum class family : std::uint8_t { any, v4, v6, local };

/// Where a socket can be: an IPv4 or IPv6 address with a port, or a Unix-domain name. A value.
///
/// Nothing here asks a name server; see resolver for names.
class address {
public:
    /// No address: family::any.
    address() noexcept = default;

    /// \param bytes  in network order.
    static address v4(const std::array<std::uint8_t, 4>& bytes, std::uint16_t port) noexcept;

    /// \param bytes  in network order. \param scope  the interface's index; 0: none.
    static address v6(const std::array<std::uint8_t, 16>& bytes, std::uint16_t port,
                      std::uint32_t scope = 0) noexcept;

    /// 127.0.0.1 and ::1.
    static address loopback_v4(std::uint16_t port) noexcept;
    static address loopback_v6(std::uint16_t port) noexcept;

    /// A Unix-domain socket at `path`, or in the abstract namespace of Linux.
    ///
    /// \throws net::error  (std::errc::filename_too_long) beyond 107 bytes; (invalid_argument) for
    ///         an empty path or one with a zero byte.
    static address unix_path(std::string_view path);
    static address unix_abstract(std::string_view name);

    /// Reads a literal: four decimal numbers without leading zeros, or RFC 4291 text with an
    /// optional `%zone`. No brackets, no shorthand such as 127.1, no octal or hexadecimal IPv4.
    ///
    /// \param port  of the result.
    /// \return nothing if `literal` is anything else, or names an unknown zone.
    static std::optional<address> try_parse(std::string_view literal, std::uint16_t port);

    /// try_parse() for what must be a literal.
    ///
    /// \throws net::error  (std::errc::invalid_argument) naming the text.
    static address parse(std::string_view literal, std::uint16_t port);

    /// Reads "1.2.3.4:80" or "[::1]:80"; `default_port` applies where no port is given.
    ///
    /// \throws net::error  (std::errc::invalid_argument) naming the text.
    static address parse_endpoint(std::string_view text, std::uint16_t default_port);

    /// Takes what a system call delivered. Unknown families give an address of family::any.
    static address from_native(const sockaddr* native, socklen_t size) noexcept;

    [[nodiscard]] net::family family() const noexcept;

    /// The port; 0 for Unix-domain addresses.
    [[nodiscard]] std::uint16_t port() const noexcept;

    /// The same address with another port.
    [[nodiscard]] address with_port(std::uint16_t port) const noexcept;

    /// The scope id of an IPv6 address; 0: none.
    [[nodiscard]] std::uint32_t scope() const noexcept;

    /// Whether it is in 127.0.0.0/8, or ::1.
    [[nodiscard]] bool is_loopback() const noexcept;

    /// The path or abstract name of a Unix-domain address; empty for others.
    [[nodiscard]] std::string_view path() const noexcept;
    [[nodiscard]] bool is_abstract() const noexcept;

    /// The literal alone, such as "::1".
    [[nodiscard]] std::string host() const;

    /// For people: "127.0.0.1:80", "[fe80::1%2]:80", "unix:/run/x", "unix:@name", "none".
    [[nodiscard]] std::string to_string() const;

    /// For system calls.
    [[nodiscard]] const sockaddr* native() const noexcept;
    [[nodiscard]] socklen_t native_size() const noexcept { return size_; }

    friend bool operator==(const address& left, const address& right) noexcept;
    friend std::strong_ordering operator<=>(const address& left, const address& right) noexcept;

private:
    explicit address(const void* native, std::size_t size) noexcept;
    static address local(std::string_view name, bool abstract);

    sockaddr_storage storage_{};
    socklen_t size_ = 0;
};

}  // namespace weft::net

template <>
struct std::hash<weft::net::address> {
    std::size_t operator()(const weft::net::address& hashed) const noexcept {
        return std::hash<std::string_view>{}(
            {reinterpret_cast<const char*>(hashed.native()), hashed.native_size()});
    }
};
