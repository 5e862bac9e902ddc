// SPDX-License-Identifier: BSL-1.0
#include "support/mariadb.hpp"

#include "loopback/certificates.hpp"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

namespace weft::test {

mariadb::mariadb() {
    const auto certificate =
        loopback::self_signed({.host_names = {"localhost"}, .addresses = {"127.0.0.1"}});
    folder_.write("server.crt", certificate.chain_pem);
    folder_.write("server.key", certificate.key_pem);
    std::filesystem::create_directory(folder_.path() / "data");
    process_ = on_free_port([&](unsigned short port) {
        port_ = port;
        return start(port);
    });
}

child_process mariadb::start(unsigned short port) const {
    const std::string folder = folder_.path().string();
    // Without grant tables nothing needs to be installed into the directory first.
    std::vector<std::string> command = {"mariadbd",
                                        "--no-defaults",
                                        "--skip-grant-tables",
                                        "--datadir=" + folder + "/data",
                                        "--socket=" + folder + "/socket",
                                        "--pid-file=" + folder + "/pid",
                                        "--bind-address=127.0.0.1",
                                        "--port=" + std::to_string(port),
                                        "--max-connections=120",
                                        "--innodb-buffer-pool-size=8M",
                                        "--innodb-log-file-size=4M",
                                        "--skip-networking=0",
                                        "--innodb-flush-log-at-trx-commit=0",
                                        "--ssl-cert=" + folder + "/server.crt",
                                        "--ssl-key=" + folder + "/server.key"};
    if (::geteuid() == 0) {
        command.emplace_back("--user=root");  // the directory is this user's
    }
    child_process started(std::move(command));
    started.wait_for_output("ready for connections");
    return started;
}

}  // namespace weft::test
