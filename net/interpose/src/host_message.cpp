// SPDX-License-Identifier: BSL-1.0
#include "host_message.hpp"

#include "dns/ares.hpp"

#include <arpa/nameser.h>

#include <memory>

namespace weft::interpose {

namespace {

struct hostent_deleter {
    void operator()(hostent* owned) const noexcept { ares_free_hostent(owned); }
};
using unique_hostent = std::unique_ptr<hostent, hostent_deleter>;

constexpr std::size_t header_size = 12;

int number16(dns_message message, std::size_t place) noexcept {
    return message[place] << 8 | message[place + 1];
}

void add_hostent(host_record& to, const hostent& from) {
    if (to.name.empty()) {
        to.name = from.h_name;
        for (char** alias = from.h_aliases; alias != nullptr && *alias != nullptr; ++alias) {
            to.aliases.emplace_back(*alias);
        }
    }
    for (char** address = from.h_addr_list; address != nullptr && *address != nullptr; ++address) {
        to.addresses.push_back(host_address_of(from.h_addrtype, *address));
    }
}

}  // namespace

int code_of(dns_message message) noexcept {
    return message[3] & 0xf;
}

bool has_records(dns_message message) noexcept {
    return message.size() >= header_size && code_of(message) == ns_r_noerror &&
           number16(message, 6) != 0;
}

void add_addresses(host_record& to, dns_message message, int type) {
    if (!has_records(message)) {
        return;
    }
    hostent* parsed = nullptr;
    const int size = static_cast<int>(message.size());
    const int status = type == ns_t_a
                           ? ares_parse_a_reply(message.data(), size, &parsed, nullptr, nullptr)
                           : ares_parse_aaaa_reply(message.data(), size, &parsed, nullptr, nullptr);
    const unique_hostent owned(parsed);
    if (status == ARES_SUCCESS && parsed->h_addr_list[0] != nullptr) {
        add_hostent(to, *parsed);
    }
}

std::optional<host_record> names_of(const host_address& address, dns_message message) {
    hostent* parsed = nullptr;
    const int status =
        ares_parse_ptr_reply(message.data(), static_cast<int>(message.size()), address.bytes.data(),
                             static_cast<int>(address.size()), address.family, &parsed);
    const unique_hostent owned(parsed);
    if (status != ARES_SUCCESS) {
        return std::nullopt;
    }
    host_record record;
    record.addresses.push_back(address);
    // c-ares lists all names as aliases and calls the last one the name; libc takes the first.
    for (char** alias = parsed->h_aliases; alias != nullptr && *alias != nullptr; ++alias) {
        if (record.name.empty()) {
            record.name = *alias;
        } else {
            record.aliases.emplace_back(*alias);
        }
    }
    if (record.name.empty()) {
        record.name = parsed->h_name;
    }
    return record;
}

}  // namespace weft::interpose
