// SPDX-License-Identifier: BSL-1.0
#include "dns/hosts_file.hpp"

#include <weft/socket_calls.hpp>
#include <weft/worker_pool.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

namespace weft::net::dns {

namespace {

/// Takes the next line off `text`.
std::string_view next_line(std::string_view& text) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line.substr(0, line.find('#'));
}

/// Takes the next word off `line`; empty at its end.
std::string_view next_word(std::string_view& line) {
    constexpr std::string_view blanks = " \t\r\v\f";
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(blanks)));
    const auto word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    return word;
}

std::string lower_case(std::string_view word) {
    std::string lower(word);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

void add_once(std::vector<address>& known, const address& added) {
    if (std::ranges::find(known, added) == known.end()) {
        known.push_back(added);
    }
}

hosts_table read_hosts(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return parse_hosts(text);
}

}  // namespace

hosts_table parse_hosts(std::string_view text) {
    hosts_table table;
    while (!text.empty()) {
        auto line = next_line(text);
        const auto parsed = address::try_parse(next_word(line), 0);
        if (!parsed) {
            continue;
        }
        for (auto name = next_word(line); !name.empty(); name = next_word(line)) {
            add_once(table[lower_case(name)], *parsed);
        }
    }
    return table;
}

hosts_file::version hosts_file::current_version() const noexcept {
    struct stat found {};
    if (path_.empty() || io::socket_calls_here().name_server() != nullptr ||
        ::stat(path_.c_str(), &found) != 0) {
        return {};
    }
    return {found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

std::vector<address> hosts_file::find(const std::string& name) {
    if (const auto current = current_version(); current != read_) {
        table_ = current == version{} ? hosts_table{}
                                      : to_thread([path = path_] { return read_hosts(path); });
        read_ = current;
    }
    const auto found = table_.find(name);
    return found != table_.end() ? found->second : std::vector<address>{};
}

}  // namespace weft::net::dns
