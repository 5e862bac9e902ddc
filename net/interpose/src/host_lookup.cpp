// SPDX-License-Identifier: BSL-1.0
#include "host_lookup.hpp"

#include "hosts_lines.hpp"
#include "name_server_search.hpp"
#include "name_sources.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace weft::interpose {

namespace {

found_host find_in(name_source source, const std::string& name, int family) {
    return source == name_source::files ? find_in_hosts(name, family) : find_by_dns(name, family);
}

/// Adds what a source says in IPv4, as IPv6 addresses.
found_host with_mapped(found_host found, found_host v4) {
    if (!v4.record) {
        return found.record ? found : v4;
    }
    for (host_address& each : v4.record->addresses) {
        each = mapped(each);
    }
    if (!found.record) {
        return v4;
    }
    auto& into = found.record->addresses;
    into.insert(into.end(), v4.record->addresses.begin(), v4.record->addresses.end());
    return found;
}

}  // namespace

bool finds_hosts_itself() {
    return !name_sources().empty() && resolver_can_be_followed();
}

bool is_plain(const char* name) noexcept {
    return std::ranges::all_of(std::string_view(name), [](unsigned char c) { return c < 0x80; });
}

bool is_literal(const char* name) noexcept {
    const std::string_view text(name);
    if (text.ends_with('.')) {
        return false;
    }
    const bool v4 = text.find_first_not_of("0123456789.") == text.npos;
    const bool v6 = text.find(':') != text.npos &&
                    text.find_first_not_of("0123456789abcdefABCDEF:.") == text.npos;
    return v4 || v6;
}

found_host find_host(const std::string& name, int family, bool and_mapped, bool all_mapped) {
    found_host found{std::nullopt, HOST_NOT_FOUND};
    for (const name_source source : name_sources()) {
        found = find_in(source, name, family);
        if (and_mapped && (all_mapped || !found.record)) {
            found = with_mapped(std::move(found), find_in(source, name, AF_INET));
        }
        if (found.record) {
            break;
        }
    }
    return found;
}

found_host find_host(const host_address& address) {
    found_host found{std::nullopt, HOST_NOT_FOUND};
    for (const name_source source : name_sources()) {
        found =
            source == name_source::files ? find_in_hosts(address) : find_by_dns(unmapped(address));
        if (found.record) {
            break;
        }
    }
    return found;
}

}  // namespace weft::interpose
