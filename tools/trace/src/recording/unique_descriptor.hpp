// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <utility>

namespace weft::trace_tool {

/// Owns a file descriptor.
class unique_descriptor {
public:
    unique_descriptor() = default;
    explicit unique_descriptor(int owned) noexcept : owned_(owned) {}
    ~unique_descriptor() {
        if (owned_ >= 0) {
            ::close(owned_);
        }
    }

    unique_descriptor(unique_descriptor&& other) noexcept
        : owned_(std::exchange(other.owned_, -1)) {}
    unique_descriptor& operator=(unique_descriptor&& other) noexcept {
        std::swap(owned_, other.owned_);
        return *this;
    }
    unique_descriptor(const unique_descriptor&) = delete;
    unique_descriptor& operator=(const unique_descriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return owned_; }
    explicit operator bool() const noexcept { return owned_ >= 0; }

private:
    int owned_ = -1;
};

}  // namespace weft::trace_tool
