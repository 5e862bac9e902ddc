// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace weft::net::detail {

/// Bytes that are appended at the end and taken from the front. Memory comes with the first byte.
class byte_buffer {
public:
    /// What was appended and not yet taken.
    [[nodiscard]] std::span<const std::byte> data() const noexcept {
        return {storage_.get() + first_, last_ - first_};
    }

    [[nodiscard]] std::size_t size() const noexcept { return last_ - first_; }
    [[nodiscard]] bool empty() const noexcept { return first_ == last_; }

    /// Room for at least `least` more bytes, to be written before append(). Moves what is there.
    ///
    /// \throws std::bad_alloc
    [[nodiscard]] std::span<std::byte> room(std::size_t least);

    /// Counts the first `count` bytes of room() as data.
    void append(std::size_t count) noexcept { last_ += count; }

    /// Takes `count` bytes, at most size(), from the front.
    void consume(std::size_t count) noexcept;

    void clear() noexcept { first_ = last_ = 0; }

private:
    void make_room(std::size_t least);

    std::unique_ptr<std::byte[]> storage_;
    std::size_t capacity_ = 0;
    std::size_t first_ = 0;
    std::size_t last_ = 0;
};

}  // namespace weft::net::detail
