// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/address.hpp>

#include <sys/types.h>

#include <ctime>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weft::net::dns {

/// Names in lower case, with their addresses (port 0) in the order of the file.
using hosts_table = std::unordered_map<std::string, std::vector<address>>;

/// Reads the text of a hosts file; lines that make no sense are skipped. Source: hosts(5).
[[nodiscard]] hosts_table parse_hosts(std::string_view text);

/// The hosts file of the system, or another one.
class hosts_file {
public:
    /// \param path  empty: there is no such file.
    explicit hosts_file(std::string path) : path_(std::move(path)) {}

    /// The addresses of `name`, given in lower case.
    ///
    /// Blocks: while the file is read again, on a worker thread, after it has changed.
    [[nodiscard]] std::vector<address> find(const std::string& name);

private:
    /// What tells one content of a file from another.
    struct version {
        ino_t inode = 0;
        off_t size = 0;
        time_t seconds = 0;
        long nanoseconds = 0;
        bool operator==(const version&) const = default;
    };

    version current_version() const noexcept;

    std::string path_;
    version read_;  // all zero: no file
    hosts_table table_;
};

}  // namespace weft::net::dns
