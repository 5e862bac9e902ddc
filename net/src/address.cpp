// SPDX-License-Identifier: BSL-1.0
#include <weft/net/address.hpp>

#include <weft/net/error.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

namespace weft::net {

namespace {

constexpr std::size_t path_offset = offsetof(sockaddr_un, sun_path);

template <class Native>
Native as(const sockaddr_storage& storage) noexcept {
    Native native;
    std::memcpy(&native, &storage, sizeof native);
    return native;
}

}  // namespace

address::address(const void* native, std::size_t size) noexcept
    : size_(static_cast<socklen_t>(std::min(size, sizeof storage_))) {
    std::memcpy(&storage_, native, size_);
}

address address::v4(const std::array<std::uint8_t, 4>& bytes, std::uint16_t port) noexcept {
    sockaddr_in native{};
    native.sin_family = AF_INET;
    native.sin_port = htons(port);
    std::memcpy(&native.sin_addr, bytes.data(), bytes.size());
    return address(&native, sizeof native);
}

address address::v6(const std::array<std::uint8_t, 16>& bytes, std::uint16_t port,
                    std::uint32_t scope) noexcept {
    sockaddr_in6 native{};
    native.sin6_family = AF_INET6;
    native.sin6_port = htons(port);
    native.sin6_scope_id = scope;
    std::memcpy(&native.sin6_addr, bytes.data(), bytes.size());
    return address(&native, sizeof native);
}

address address::loopback_v4(std::uint16_t port) noexcept {
    return v4({127, 0, 0, 1}, port);
}

address address::loopback_v6(std::uint16_t port) noexcept {
    std::array<std::uint8_t, 16> bytes{};
    bytes.back() = 1;
    return v6(bytes, port);
}

address address::unix_path(std::string_view path) {
    if (path.empty() || path.find('\0') != path.npos) {
        throw error(std::make_error_code(std::errc::invalid_argument),
                    "address unix:" + std::string(path));
    }
    return local(path, false);
}

address address::unix_abstract(std::string_view name) {
    return local(name, true);
}

address address::local(std::string_view name, bool abstract) {
    sockaddr_un native{};
    native.sun_family = AF_UNIX;
    if (name.size() >= sizeof native.sun_path) {
        throw error(std::make_error_code(std::errc::filename_too_long),
                    "address unix:" + std::string(name));
    }
    // A path ends with a zero byte that counts; an abstract name begins with one and is as long
    // as the size says. Source: unix(7).
    std::memcpy(native.sun_path + (abstract ? 1 : 0), name.data(), name.size());
    return address(&native, path_offset + name.size() + 1);
}

address address::from_native(const sockaddr* native, socklen_t size) noexcept {
    const auto has = [&](int wanted, std::size_t least) {
        return size >= least && native->sa_family == wanted;
    };
    if (native == nullptr || size < sizeof(sa_family_t)) {
        return {};
    }
    if (has(AF_INET, sizeof(sockaddr_in))) {
        sockaddr_in copy{};
        std::memcpy(&copy, native, offsetof(sockaddr_in, sin_zero));  // the rest may be garbage
        return address(&copy, sizeof copy);
    }
    if (has(AF_INET6, sizeof(sockaddr_in6))) {
        return address(native, sizeof(sockaddr_in6));
    }
    if (has(AF_UNIX, path_offset)) {
        return address(native, std::min<std::size_t>(size, sizeof(sockaddr_un)));
    }
    return {};
}

family address::family() const noexcept {
    switch (storage_.ss_family) {
        case AF_INET: return net::family::v4;
        case AF_INET6: return net::family::v6;
        case AF_UNIX: return net::family::local;
        default: return net::family::any;
    }
}

std::uint16_t address::port() const noexcept {
    switch (family()) {
        case net::family::v4: return ntohs(as<sockaddr_in>(storage_).sin_port);
        case net::family::v6: return ntohs(as<sockaddr_in6>(storage_).sin6_port);
        default: return 0;
    }
}

address address::with_port(std::uint16_t port) const noexcept {
    static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
    address changed = *this;
    if (family() == net::family::v4 || family() == net::family::v6) {
        const auto raw = htons(port);
        std::memcpy(reinterpret_cast<char*>(&changed.storage_) + offsetof(sockaddr_in, sin_port),
                    &raw, sizeof raw);
    }
    return changed;
}

std::uint32_t address::scope() const noexcept {
    return family() == net::family::v6 ? as<sockaddr_in6>(storage_).sin6_scope_id : 0;
}

bool address::is_loopback() const noexcept {
    if (family() == net::family::v4) {
        return (ntohl(as<sockaddr_in>(storage_).sin_addr.s_addr) >> 24) == 127;
    }
    const auto native = as<sockaddr_in6>(storage_);
    return family() == net::family::v6 && IN6_IS_ADDR_LOOPBACK(&native.sin6_addr);
}

bool address::is_abstract() const noexcept {
    return family() == net::family::local && size_ > path_offset &&
           reinterpret_cast<const char*>(&storage_)[path_offset] == '\0';
}

std::string_view address::path() const noexcept {
    if (family() != net::family::local || size_ <= path_offset) {
        return {};
    }
    const char* first = reinterpret_cast<const char*>(&storage_) + path_offset;
    const std::size_t length = size_ - path_offset;
    return is_abstract() ? std::string_view(first + 1, length - 1)
                         : std::string_view(first, strnlen(first, length));
}

std::string address::host() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (family() == net::family::v4) {
        const auto native = as<sockaddr_in>(storage_);
        return inet_ntop(AF_INET, &native.sin_addr, text.data(), text.size());
    }
    if (family() == net::family::v6) {
        const auto native = as<sockaddr_in6>(storage_);
        const std::string literal =
            inet_ntop(AF_INET6, &native.sin6_addr, text.data(), text.size());
        return scope() == 0 ? literal : literal + '%' + std::to_string(scope());
    }
    return std::string(path());
}

std::string address::to_string() const {
    switch (family()) {
        case net::family::v4: return host() + ':' + std::to_string(port());
        case net::family::v6: return '[' + host() + "]:" + std::to_string(port());
        case net::family::local: return (is_abstract() ? "unix:@" : "unix:") + host();
        case net::family::any: break;
    }
    return "none";
}

const sockaddr* address::native() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage_);
}

bool operator==(const address& left, const address& right) noexcept {
    return std::is_eq(left <=> right);
}

std::strong_ordering operator<=>(const address& left, const address& right) noexcept {
    const auto bytes = [](const address& each) {
        return std::string_view(reinterpret_cast<const char*>(each.native()), each.size_);
    };
    return bytes(left) <=> bytes(right);
}

}  // namespace weft::net
