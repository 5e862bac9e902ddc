// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

#include <optional>

namespace weft::test {

/// A real redis-server on a free port of 127.0.0.1 that keeps nothing on disk.
class redis {
public:
    /// \throws std::runtime_error  with its words if it does not start.
    redis();

    [[nodiscard]] unsigned short port() const noexcept { return port_; }

private:
    [[nodiscard]] child_process start(unsigned short port) const;

    temporary_directory folder_;
    unsigned short port_ = 0;
    std::optional<child_process> process_;
};

}  // namespace weft::test
