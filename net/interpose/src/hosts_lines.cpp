// SPDX-License-Identifier: BSL-1.0

// The hosts file as libc reads it, which differs from hosts(5) in places: `::1` stands for
// 127.0.0.1, too, and a name may have several lines.

#include "hosts_lines.hpp"

#include <weft/worker_pool.hpp>

#include "file_version.hpp"

#include <arpa/inet.h>
#include <strings.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

namespace weft::interpose {

namespace {

constexpr const char* hosts_path = "/etc/hosts";

struct hosts_line {
    host_address address;
    std::vector<std::string> names;
};

using hosts_lines = std::vector<hosts_line>;

std::optional<hosts_line> parse_line(std::string text) {
    text.erase(std::min(text.size(), text.find('#')));
    std::istringstream words(text);
    std::string word;
    hosts_line line{};
    if (!(words >> word)) {
        return std::nullopt;
    }
    for (const int family : {AF_INET, AF_INET6}) {
        if (::inet_pton(family, word.c_str(), line.address.bytes.data()) == 1) {
            line.address.family = family;
        }
    }
    while (words >> word) {
        line.names.push_back(word);
    }
    return line.address.family != 0 && !line.names.empty() ? std::optional(line) : std::nullopt;
}

hosts_lines read_lines() {
    hosts_lines lines;
    std::ifstream file(hosts_path);
    for (std::string text; std::getline(file, text);) {
        if (auto line = parse_line(std::move(text))) {
            lines.push_back(std::move(*line));
        }
    }
    return lines;
}

struct known_lines {
    std::mutex guard;
    file_version version;
    std::shared_ptr<const hosts_lines> lines = std::make_shared<hosts_lines>();
};

/// Never destroyed: names are looked up until the process ends.
known_lines& known() {
    static auto& made = *new known_lines;
    return made;
}

std::shared_ptr<const hosts_lines> current_lines() {
    known_lines& all = known();
    const file_version version = version_of(hosts_path);
    {
        const std::lock_guard held(all.guard);
        if (all.version == version) {
            return all.lines;
        }
    }
    auto read = std::make_shared<const hosts_lines>(to_thread(read_lines));
    const std::lock_guard held(all.guard);
    all.version = version;
    all.lines = read;
    return read;
}

bool is_loopback_v6(const host_address& address) noexcept {
    return address.family == AF_INET6 &&
           std::memcmp(address.bytes.data(), &in6addr_loopback, sizeof in6addr_loopback) == 0;
}

bool is_mapped(const host_address& address) noexcept {
    in6_addr native{};
    std::memcpy(&native, address.bytes.data(), sizeof native);
    return address.family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&native);
}

/// The line's address in a family; nothing if it has none there.
std::optional<host_address> in_family(const host_address& address, int family) noexcept {
    if (family == AF_INET && is_loopback_v6(address)) {
        const in_addr loopback{htonl(INADDR_LOOPBACK)};
        return host_address_of(AF_INET, &loopback);
    }
    if (family == AF_INET && is_mapped(address)) {
        return host_address_of(AF_INET, address.bytes.data() + 12);
    }
    return family == AF_UNSPEC || family == address.family ? std::optional(address) : std::nullopt;
}

bool has_name(const hosts_line& line, std::string_view name) {
    return std::ranges::any_of(line.names, [&](const std::string& each) {
        return each.size() == name.size() &&
               ::strncasecmp(each.data(), name.data(), name.size()) == 0;
    });
}

/// Further lines add addresses, and all of their names as aliases.
void add_line(host_record& to, const hosts_line& line, const host_address& address) {
    const bool first = to.addresses.empty();
    if (first) {
        to.name = line.names.front();
    } else if (line.names.front() != to.name) {
        to.aliases.push_back(line.names.front());
    }
    to.aliases.insert(to.aliases.end(), line.names.begin() + 1, line.names.end());
    to.addresses.push_back(address);
}

found_host result_of(host_record record) {
    if (record.addresses.empty()) {
        return {std::nullopt, HOST_NOT_FOUND};
    }
    return {std::move(record), 0};
}

}  // namespace

found_host find_in_hosts(std::string_view name, int family) {
    host_record record;
    for (const hosts_line& line : *current_lines()) {
        const auto address = in_family(line.address, family);
        if (address && has_name(line, name)) {
            add_line(record, line, *address);
        }
    }
    return result_of(std::move(record));
}

found_host find_in_hosts(const host_address& address) {
    host_record record;
    for (const hosts_line& line : *current_lines()) {
        if (in_family(line.address, address.family) == address) {
            add_line(record, line, address);
            break;
        }
    }
    return result_of(std::move(record));
}

}  // namespace weft::interpose
