// SPDX-License-Identifier: BSL-1.0
#include "interpose/differential/name_server.hpp"

#include "support/child_process.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>

namespace weft::test {
namespace {

/// A UDP socket on loopback that nobody reads.
struct loopback_socket {
    loopback_socket() : fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
        socklen_t size = sizeof address;
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    }

    unique_fd fd;
    sockaddr_in address{};
};

child_process start_server(unsigned short port) {
    child_process started({"dnsmasq",
                           "--no-daemon",
                           "--conf-file=/dev/null",
                           "--no-resolv",
                           "--no-hosts",
                           "--bind-interfaces",
                           "--listen-address=127.0.0.1",
                           "--port=" + std::to_string(port),
                           "--no-round-robin",
                           "--bogus-priv",
                           "--local=/test/",
                           "--local=/127.in-addr.arpa/",
                           "--local=/ip6.arpa/",
                           "--host-record=one.test,127.0.0.1",
                           "--host-record=six.test,::6",
                           "--host-record=both.test,127.0.0.5,::5",
                           "--cname=alias.test,both.test",
                           "--host-record=many.test,127.0.0.4",
                           "--host-record=many.test,127.0.0.3",
                           "--host-record=many.test,127.0.0.2",
                           "--host-record=far.test,192.0.2.9",
                           "--host-record=far.test,198.51.100.9,2001:db8::9",
                           "--host-record=www.search.test,127.0.0.9",
                           "--ptr-record=7.0.0.127.in-addr.arpa,seven.test",
                           "--txt-record=text.test,words"});
    started.wait_for_output("dnsmasq: started");
    return started;
}

/// The dnsmasq of all cases; it ends with the process.
sockaddr_in known_server() {
    static sockaddr_in address{};
    static const child_process server = on_free_port([](unsigned short port) {
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        return start_server(port);
    });
    return address;
}

sockaddr_in address_of(servers which) {
    static const loopback_socket silent;
    static const sockaddr_in nobody = [] { return loopback_socket().address; }();
    switch (which) {
        case servers::nobody: return nobody;
        case servers::silent: return silent.address;
        default: return known_server();
    }
}

}  // namespace

resolver_setting::resolver_setting(session&) {
    ::res_init();
    _res.retrans = 1;
    _res.retry = 1;
    search({}, 1);
    ask({servers::known});
}

resolver_setting::~resolver_setting() {
    // libc initializes it anew.
    std::ranges::fill(_res.dnsrch, nullptr);
    ::res_nclose(&_res);
    std::memset(static_cast<void*>(&_res), 0, sizeof _res);
}

void resolver_setting::ask(std::vector<servers> whom) {
    _res.nscount = static_cast<int>(whom.size());
    for (std::size_t i = 0; i < whom.size(); ++i) {
        _res.nsaddr_list[i] = address_of(whom[i]);
    }
}

void resolver_setting::search(std::vector<const char*> domains, int dots) {
    _res.ndots = static_cast<unsigned>(dots) & 0xf;
    std::span<char*> into(_res.dnsrch);
    std::ranges::fill(into, nullptr);
    for (std::size_t i = 0; i < domains.size(); ++i) {
        into[i] = const_cast<char*>(domains[i]);
    }
}

void resolver_setting::set_options(unsigned long off, unsigned long on) {
    _res.options = (_res.options & ~off) | on;
}

}  // namespace weft::test
