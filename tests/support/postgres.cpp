// SPDX-License-Identifier: BSL-1.0
#include "support/postgres.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace weft::test {

namespace {

/// Debian keeps a directory for each version, none of which is on the path.
std::string newest_program(const std::string& name) {
    std::filesystem::path newest;
    std::error_code none;
    for (const auto& each : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
        if (std::filesystem::exists(each.path() / "bin" / name) && each.path() > newest) {
            newest = each.path();
        }
    }
    if (newest.empty()) {
        throw std::runtime_error("PostgreSQL is not installed (tools/check.sh installs it)");
    }
    return newest / "bin" / name;
}

bool is_root() {
    return ::geteuid() == 0;
}

std::vector<std::string> as_ordinary_user(std::vector<std::string> command) {
    if (is_root()) {
        const std::vector<std::string> before = {"setpriv",     "--reuid",  "postgres",
                                                 "--regid",     "postgres", "--clear-groups",
                                                 "--pdeathsig", "TERM",     "--"};
        command.insert(command.begin(), before.begin(), before.end());
    }
    return command;
}

void give_to_ordinary_user(const std::filesystem::path& path) {
    if (!is_root()) {
        return;
    }
    const passwd* user = ::getpwnam("postgres");
    if (user == nullptr || ::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) {
        throw std::system_error(errno, std::system_category(), "chown " + path.string());
    }
}

}  // namespace

postgres::postgres() {
    const auto certificate =
        loopback::self_signed({.host_names = {"localhost"}, .addresses = {"127.0.0.1"}});
    give_to_ordinary_user(folder_.path());
    make_database();
    for (const auto& [name, text] :
         {std::pair("server.crt", certificate.chain_pem), {"server.key", certificate.key_pem}}) {
        const auto file = folder_.write(std::filesystem::path("data") / name, text);
        std::filesystem::permissions(file, std::filesystem::perms::owner_read);
        give_to_ordinary_user(file);
    }
    process_ = on_free_port([&](unsigned short port) {
        port_ = port;
        return start(port);
    });
}

postgres::~postgres() {
    if (process_) {
        process_->signal(SIGINT);  // at SIGTERM it would wait for its clients
    }
}

std::string postgres::connection() const {
    return "host=127.0.0.1 port=" + std::to_string(port_) +
           " user=weft dbname=postgres sslmode=disable";
}

void postgres::make_database() const {
    child_process made(
        as_ordinary_user({newest_program("initdb"), "-D", (folder_.path() / "data").string(), "-U",
                          "weft", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"}));
    if (made.wait() != 0) {
        throw std::runtime_error("initdb: " + made.errors());
    }
}

child_process postgres::start(unsigned short port) const {
    child_process started(as_ordinary_user({newest_program("postgres"),
                                            "-D",
                                            (folder_.path() / "data").string(),
                                            "-p",
                                            std::to_string(port),
                                            "-c",
                                            "listen_addresses=127.0.0.1",
                                            "-c",
                                            "unix_socket_directories=",
                                            "-c",
                                            "fsync=off",
                                            "-c",
                                            "shared_buffers=16MB",
                                            "-c",
                                            "max_connections=120",
                                            "-c",
                                            "ssl=on",
                                            "-c",
                                            "logging_collector=off",
                                            "-c",
                                            "lc_messages=C"}));
    started.wait_for_output("ready to accept connections");
    return started;
}

}  // namespace weft::test
