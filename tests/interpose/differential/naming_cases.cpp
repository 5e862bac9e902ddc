// SPDX-License-Identifier: BSL-1.0

// Names of hosts: by /etc/hosts, and by a name server to which libc's resolver state of the thread
// points, as it does for programs that set it themselves.

#include "interpose/differential/name_server.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <cstring>
#include <initializer_list>
#include <memory>

namespace weft::test {
namespace {

std::string text_of(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address->sa_family == AF_INET) {
        const auto& v4 = *reinterpret_cast<const sockaddr_in*>(address);
        ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
        return std::string(text.data()) + ' ' + std::to_string(ntohs(v4.sin_port));
    }
    const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return std::string(text.data()) + ' ' + std::to_string(ntohs(v6.sin6_port)) + '%' +
           std::to_string(v6.sin6_scope_id);
}

void note_addresses(session& with, const char* host, const char* service, const addrinfo* hints) {
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host, service, hints, &found);
    with.note_text("getaddrinfo", std::string(host != nullptr ? host : "null") + ' ' +
                                      (service != nullptr ? service : "null") + " = " +
                                      (error != 0 ? ::gai_strerror(error) : "found"));
    for (const addrinfo* each = error == 0 ? found : nullptr; each != nullptr;
         each = each->ai_next) {
        with.note_text("  ", std::to_string(each->ai_flags) + ' ' +
                                 std::to_string(each->ai_family) + ' ' +
                                 std::to_string(each->ai_socktype) + ' ' +
                                 std::to_string(each->ai_protocol) + ' ' + text_of(each->ai_addr) +
                                 ' ' + (each->ai_canonname != nullptr ? each->ai_canonname : ""));
    }
    if (error == 0) {
        ::freeaddrinfo(found);
    }
}

addrinfo hints_of(int family, int flags, int kind = SOCK_STREAM, int protocol = 0) {
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_flags = flags;
    hints.ai_socktype = kind;
    hints.ai_protocol = protocol;
    return hints;
}

constexpr std::initializer_list<const char*> known_names = {
    "one.test", "ONE.Test",  "one.test.", "both.test", "alias.test",      "many.test",
    "six.test", "text.test", "none.test", "localhost", "refused.example", "far.test",
};

void add_addresses_case(std::vector<differential_case>& to, const char* situation, int flags) {
    to.push_back({"getaddrinfo", situation, [flags](session& with) {
                      const resolver_setting here(with);
                      for (const int family : {AF_UNSPEC, AF_INET, AF_INET6}) {
                          const addrinfo hints = hints_of(family, flags);
                          with.note_text("family", std::to_string(family));
                          for (const char* name : known_names) {
                              note_addresses(with, name, nullptr, &hints);
                          }
                      }
                  }});
}

void find_services(session& with) {
    const resolver_setting here(with);
    for (const int flags : {0, AI_NUMERICSERV, AI_PASSIVE}) {
        for (const char* service : {"http", "80", "no-such-service", "70000", "-1", ""}) {
            for (const int kind : {0, int(SOCK_STREAM), int(SOCK_DGRAM), int(SOCK_RAW)}) {
                const addrinfo hints = hints_of(AF_INET, flags, kind);
                note_addresses(with, "one.test", service, &hints);
            }
        }
    }
    note_addresses(with, "one.test", "http", nullptr);
    note_addresses(with, nullptr, "http", nullptr);
    note_addresses(with, nullptr, nullptr, nullptr);
    note_addresses(with, "*", "80", nullptr);
}

void ask_badly(session& with) {
    const resolver_setting here(with);
    for (const addrinfo& hints : {
             hints_of(AF_UNIX, 0),
             hints_of(AF_INET, 0x8000),
             hints_of(AF_INET, AI_ALL),
             hints_of(AF_INET, 0, 99),
             hints_of(AF_INET, 0, SOCK_STREAM, IPPROTO_UDP),
             hints_of(AF_INET, AI_NUMERICHOST),
         }) {
        note_addresses(with, "one.test", nullptr, &hints);
        note_addresses(with, "one.test", "http", &hints);
    }
}

void ask_for_literals(session& with) {
    const resolver_setting here(with);
    for (const int flags : {0, AI_CANONNAME, AI_NUMERICHOST, AI_V4MAPPED}) {
        for (const int family : {AF_UNSPEC, AF_INET, AF_INET6}) {
            const addrinfo hints = hints_of(family, flags);
            for (const char* literal : {"127.0.0.1", "127.1", "0x7f.1", "::1", "fe80::1%lo",
                                        "::ffff:127.0.0.1", "256.1.1.1", "1.2.3.4.5"}) {
                note_addresses(with, literal, "80", &hints);
            }
        }
    }
}

void ask_for_no_names(session& with) {
    const resolver_setting here(with);
    const std::string long_label = std::string(64, 'a') + ".test";
    std::string long_name;
    while (long_name.size() < 300) {
        long_name += "abcdefgh.";
    }
    long_name += "test";
    const addrinfo hints = hints_of(AF_INET, 0);
    for (const char* name : {"", ".", "a..test", "bad name.test", "-x.test", "under_score.test",
                             "a\\.b.test", "one.test..", long_label.c_str(), long_name.c_str()}) {
        note_addresses(with, name, nullptr, &hints);
    }
}

void search_names(session& with) {
    for (const int dots : {0, 1, 2}) {
        resolver_setting here(with);
        here.search({"search.test", "test"}, dots);
        for (const int family : {AF_UNSPEC, AF_INET}) {
            const addrinfo hints = hints_of(family, AI_CANONNAME);
            for (const char* name : {"www", "www.", "www.search", "www.search.test", "one", "text",
                                     "none", "none.test", "one.test"}) {
                note_addresses(with, name, nullptr, &hints);
            }
        }
    }
}

void search_in_other_ways(session& with) {
    for (const auto& [off, on] :
         {std::pair{0UL + RES_DEFNAMES, 0UL}, std::pair{0UL + RES_DNSRCH, 0UL},
          std::pair{0UL, 0UL + RES_NOTLDQUERY}}) {
        resolver_setting here(with);
        here.search({"search.test", "test"}, 1);
        here.set_options(off, on);
        const addrinfo hints = hints_of(AF_INET, 0);
        for (const char* name : {"www", "one", "none", "one.test", "www.search"}) {
            note_addresses(with, name, nullptr, &hints);
        }
    }
}

void ask_other_servers(session& with) {
    const addrinfo hints = hints_of(AF_UNSPEC, 0);
    {
        resolver_setting here(with);
        here.ask({servers::nobody});
        note_addresses(with, "one.test", nullptr, &hints);
        here.ask({servers::nobody, servers::known});
        note_addresses(with, "one.test", nullptr, &hints);
        note_addresses(with, "none.test", nullptr, &hints);
    }
    resolver_setting here(with);
    here.ask({servers::silent});
    note_addresses(with, "one.test", nullptr, &hints);
}

void note_host(session& with, std::string_view what, const hostent* found, int reason) {
    with.note_text(what, found != nullptr ? "found" : ::hstrerror(reason));
    if (found == nullptr) {
        return;
    }
    with.note_text("name", found->h_name);
    with.note_text("family",
                   std::to_string(found->h_addrtype) + ' ' + std::to_string(found->h_length));
    for (char** alias = found->h_aliases; *alias != nullptr; ++alias) {
        with.note_text("alias", *alias);
    }
    for (char** address = found->h_addr_list; *address != nullptr; ++address) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        ::inet_ntop(found->h_addrtype, *address, text.data(), text.size());
        with.note_text("address", text.data());
    }
}

constexpr std::initializer_list<const char*> host_names = {
    "one.test",  "both.test", "alias.test",      "many.test", "six.test", "text.test", "none.test",
    "localhost", "127.0.0.1", "refused.example", "::1",       "127.1",    "",          "one.test.",
};

void find_hosts(session& with) {
    const resolver_setting here(with);
    for (const char* name : host_names) {
        const hostent* const found = ::gethostbyname(name);
        note_host(with, name, found, h_errno);
    }
}

void find_hosts_of_families(session& with) {
    const resolver_setting here(with);
    for (const int family : {AF_INET, AF_INET6, AF_UNIX}) {
        for (const char* name : host_names) {
            const hostent* const found = ::gethostbyname2(name, family);
            note_host(with, name, found, h_errno);
        }
    }
}

template <class Call>
void note_into_room(session& with, std::string_view what, Call call) {
    std::array<char, 1024> room{};
    hostent entry{};
    hostent* found = &entry;
    int reason = -99;
    const int error = call(&entry, room.data(), room.size(), &found, &reason);
    with.note_text("error", std::to_string(error));
    note_host(with, what, found, reason);
}

void find_hosts_into_room(session& with) {
    const resolver_setting here(with);
    for (const char* name : host_names) {
        note_into_room(with, name, [&](auto... to) { return ::gethostbyname_r(name, to...); });
        note_into_room(with, name,
                       [&](auto... to) { return ::gethostbyname2_r(name, AF_INET6, to...); });
    }
}

void find_into_too_little_room(session& with) {
    const resolver_setting here(with);
    for (const std::size_t size : {0UL, 1UL, 8UL, 20UL}) {
        std::array<char, 32> room{};
        hostent entry{};
        hostent* found = &entry;
        int reason = -99;
        const int error =
            ::gethostbyname_r("both.test", &entry, room.data(), size, &found, &reason);
        with.note_text("error", ::strerrorname_np(error));
        with.note_text("reason", std::to_string(reason));
        with.note_text("found", found == nullptr ? "nothing" : "something");
    }
}

constexpr std::initializer_list<const char*> host_addresses = {
    "127.0.0.5", "127.0.0.77", "127.0.0.7",        "127.0.0.1",
    "::1",       "::5",        "::ffff:127.0.0.5", "192.0.2.1"};

struct parsed_address {
    explicit parsed_address(const char* text)
        : family(std::string_view(text).find(':') != std::string_view::npos ? AF_INET6 : AF_INET),
          size(family == AF_INET ? 4 : 16) {
        ::inet_pton(family, text, bytes.data());
    }

    int family;
    socklen_t size;
    std::array<unsigned char, 16> bytes{};
};

void find_by_address(session& with) {
    const resolver_setting here(with);
    for (const char* text : host_addresses) {
        const parsed_address address(text);
        const hostent* const found =
            ::gethostbyaddr(address.bytes.data(), address.size, address.family);
        note_host(with, text, found, h_errno);
    }
    const hostent* const found = ::gethostbyaddr("abc", 3, AF_INET);
    note_host(with, "three bytes", found, h_errno);
}

void find_by_address_into_room(session& with) {
    const resolver_setting here(with);
    for (const char* text : host_addresses) {
        const parsed_address address(text);
        note_into_room(with, text, [&](auto... to) {
            return ::gethostbyaddr_r(address.bytes.data(), address.size, address.family, to...);
        });
    }
}

void note_names(session& with, const char* text, int flags, socklen_t room, bool with_service) {
    const parsed_address address(text);
    sockaddr_storage native{};
    native.ss_family = static_cast<sa_family_t>(address.family);
    reinterpret_cast<sockaddr_in&>(native).sin_port = htons(80);
    std::memcpy(address.family == AF_INET
                    ? static_cast<void*>(&reinterpret_cast<sockaddr_in&>(native).sin_addr)
                    : static_cast<void*>(&reinterpret_cast<sockaddr_in6&>(native).sin6_addr),
                address.bytes.data(), address.size);
    std::array<char, 256> host{};
    std::array<char, 64> service{};
    const int error = ::getnameinfo(
        reinterpret_cast<const sockaddr*>(&native),
        address.family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6), host.data(), room,
        with_service ? service.data() : nullptr, with_service ? service.size() : 0, flags);
    with.note_text("getnameinfo",
                   std::string(text) + " = " + (error != 0 ? ::gai_strerror(error) : "found"));
    if (error == 0) {
        with.note_text("host", host.data());
        with.note_text("service", service.data());
    }
}

void find_names(session& with) {
    const resolver_setting here(with);
    for (const int flags : {0, NI_NAMEREQD, NI_NUMERICHOST, NI_NUMERICSERV, NI_DGRAM, NI_NOFQDN,
                            NI_NUMERICHOST | NI_NAMEREQD, 0x4000}) {
        with.note_text("flags", std::to_string(flags));
        for (const char* text : host_addresses) {
            note_names(with, text, flags, 256, true);
            note_names(with, text, flags, 256, false);
        }
    }
}

void find_names_in_other_ways(session& with) {
    {
        resolver_setting here(with);
        for (const socklen_t room : {0U, 1U, 8U, 9U, 10U, 11U}) {
            note_names(with, "127.0.0.5", 0, room, true);
            note_names(with, "127.0.0.77", 0, room, true);
        }
        here.ask({servers::nobody});
        note_names(with, "127.0.0.5", 0, 256, true);
        note_names(with, "127.0.0.5", NI_NAMEREQD, 256, true);
    }
    std::array<char, 256> host{};
    sockaddr_in short_one{};
    short_one.sin_family = AF_INET;
    with.note("short", ::getnameinfo(reinterpret_cast<sockaddr*>(&short_one), 4, host.data(),
                                     host.size(), nullptr, 0, 0));
    short_one.sin_family = AF_APPLETALK;
    with.note("family", ::getnameinfo(reinterpret_cast<sockaddr*>(&short_one), sizeof short_one,
                                      host.data(), host.size(), nullptr, 0, 0));
}

}  // namespace

std::vector<differential_case> naming_cases() {
    std::vector<differential_case> all;
    add_addresses_case(all, "hosts file and name server, all families", 0);
    add_addresses_case(all, "the same, AI_CANONNAME", AI_CANONNAME);
    add_addresses_case(all, "the same, AI_ADDRCONFIG", AI_ADDRCONFIG);
    add_addresses_case(all, "the same, AI_V4MAPPED", AI_V4MAPPED);
    add_addresses_case(all, "the same, AI_V4MAPPED and AI_ALL", AI_V4MAPPED | AI_ALL);
    all.push_back({"getaddrinfo", "services and kinds of sockets", find_services});
    all.push_back({"getaddrinfo", "hints that are none", ask_badly});
    all.push_back({"getaddrinfo", "literal addresses", ask_for_literals});
    all.push_back({"getaddrinfo", "names that are none", ask_for_no_names});
    all.push_back({"getaddrinfo", "search domains and ndots", search_names});
    all.push_back({"getaddrinfo", "options of the search", search_in_other_ways});
    all.push_back({"getaddrinfo", "servers that refuse, fail and are silent", ask_other_servers});
    all.push_back({"gethostbyname", "names and literals", find_hosts});
    all.push_back({"gethostbyname2", "of both families and of none", find_hosts_of_families});
    all.push_back(
        {"gethostbyname_r, gethostbyname2_r", "names and literals", find_hosts_into_room});
    all.push_back({"gethostbyname_r", "too little room", find_into_too_little_room});
    all.push_back({"gethostbyaddr", "known, unknown and no addresses", find_by_address});
    all.push_back({"gethostbyaddr_r", "known and unknown", find_by_address_into_room});
    all.push_back({"getnameinfo", "known and unknown, all flags", find_names});
    all.push_back(
        {"getnameinfo", "too little room; refused; bad addresses", find_names_in_other_ways});
    return all;
}

}  // namespace weft::test
