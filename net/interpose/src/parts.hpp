// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <vector>

namespace weft::interpose {

/// All bytes of `given`.
[[nodiscard]] inline std::size_t size_of(std::span<const iovec> given) noexcept {
    std::size_t all = 0;
    for (const iovec& part : given) {
        all += part.iov_len;
    }
    return all;
}

/// What is left of the buffers of one call. Lifetime: within the call.
class parts {
public:
    explicit parts(std::span<const iovec> given)
        : given_(given.begin(), given.end()), size_(size_of(given)) {}

    /// Bytes left.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] iovec* data() noexcept { return given_.data() + first_; }
    [[nodiscard]] int count() const noexcept { return static_cast<int>(given_.size() - first_); }

    /// The first `moved` bytes are done.
    void take(std::size_t moved) noexcept {
        size_ -= moved;
        while (first_ < given_.size() && moved >= given_[first_].iov_len) {
            moved -= given_[first_++].iov_len;
        }
        if (moved > 0) {
            given_[first_].iov_base = static_cast<std::byte*>(given_[first_].iov_base) + moved;
            given_[first_].iov_len -= moved;
        }
    }

private:
    std::vector<iovec> given_;
    std::size_t first_ = 0;
    std::size_t size_;
};

}  // namespace weft::interpose
