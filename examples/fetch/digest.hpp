// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace fetch {

/// Computes the SHA-256 of bytes that come in pieces.
class digest {
public:
    digest();
    ~digest();
    digest(const digest&) = delete;
    digest& operator=(const digest&) = delete;

    void add(std::span<const std::byte> bytes);

    /// The digest of all bytes added, in lower-case hexadecimal. Once, at the end.
    [[nodiscard]] std::string hexadecimal();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace fetch
