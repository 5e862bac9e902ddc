// SPDX-License-Identifier: BSL-1.0
#include "name_sources.hpp"

#include "file_version.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>

namespace weft::interpose {

namespace {

constexpr const char* switch_file = "/etc/nsswitch.conf";
constexpr const char* order_file = "/etc/gai.conf";
constexpr const char* cache_daemon = "/var/run/nscd/socket";

std::string without_comment(std::string line) {
    return line.erase(std::min(line.size(), line.find('#')));
}

/// Whether the order of addresses is that of the machine's administrator.
bool orders_by_file() {
    std::ifstream file(order_file);
    for (std::string line; std::getline(file, line);) {
        if (without_comment(line).find_first_not_of(" \t\r") != std::string::npos) {
            return true;
        }
    }
    return false;
}

/// The words behind "database:"; nothing if there is no such line.
std::optional<std::vector<std::string>> words_of(const std::string& database) {
    std::ifstream file(switch_file);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(without_comment(line));
        std::string word;
        if (words >> word && word == database + ':') {
            std::vector<std::string> found;
            while (words >> word) {
                found.push_back(word);
            }
            return found;
        }
    }
    return std::nullopt;
}

std::vector<name_source> read_sources() {
    for (const std::string& word : words_of("services").value_or(std::vector<std::string>())) {
        if (word != "files" && word != "db") {
            return {};
        }
    }
    // Source: glibc, nss/nss_database.c, for what holds without such a line.
    std::vector<name_source> sources;
    for (const std::string& word :
         words_of("hosts").value_or(std::vector<std::string>{"files", "dns"})) {
        if (word != "files" && word != "dns") {
            return {};
        }
        sources.push_back(word == "files" ? name_source::files : name_source::dns);
    }
    return orders_by_file() ? std::vector<name_source>() : sources;
}

struct known_sources {
    std::mutex guard;
    bool read = false;
    file_version of_switch;
    file_version of_order;
    std::vector<name_source> sources;
};

/// Never destroyed: names are looked up until the process ends.
known_sources& known() {
    static auto& made = *new known_sources;
    return made;
}

}  // namespace

std::vector<name_source> name_sources() {
    if (std::getenv("HOSTALIASES") != nullptr || ::access(cache_daemon, F_OK) == 0) {
        return {};
    }
    known_sources& all = known();
    const file_version of_switch = version_of(switch_file);
    const file_version of_order = version_of(order_file);
    {
        const std::lock_guard held(all.guard);
        if (all.read && all.of_switch == of_switch && all.of_order == of_order) {
            return all.sources;
        }
    }
    // Without the lock: what is not in memory is read by a worker, while the fiber waits.
    std::vector<name_source> sources = read_sources();
    const std::lock_guard held(all.guard);
    all.sources = sources;
    all.of_switch = of_switch;
    all.of_order = of_order;
    all.read = true;
    return sources;
}

}  // namespace weft::interpose
