// SPDX-License-Identifier: BSL-1.0
#include "support/redis.hpp"

#include <string>

namespace weft::test {

redis::redis() {
    process_ = on_free_port([&](unsigned short port) {
        port_ = port;
        return start(port);
    });
}

child_process redis::start(unsigned short port) const {
    child_process started({"redis-server", "--bind", "127.0.0.1", "--port", std::to_string(port),
                           "--dir", folder_.path().string(), "--save", "", "--appendonly", "no",
                           "--daemonize", "no"});
    started.wait_for_output("eady to accept connections");
    return started;
}

}  // namespace weft::test
