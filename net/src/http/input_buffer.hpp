// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/stream.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace weft::http {

/// Bytes that arrived on a connection and were not used yet, in one piece.
///
/// It grows as its user asks for more; the user bounds it by refusing what gets too long.
class input_buffer {
public:
    /// What is there.
    [[nodiscard]] std::string_view view() const noexcept {
        return {data_.get() + begin_, end_ - begin_};
    }
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

    /// Drops bytes from the front.
    void consume(std::size_t count) noexcept;

    /// Makes reads of up to `capacity` bytes possible.
    void reserve(std::size_t capacity);

    /// Reads at least one more byte from `from`. Returns false at the end of the stream.
    ///
    /// Blocks:       as stream::read_some().
    /// Cancellation: nothing is lost.
    bool fill(net::stream& from);

private:
    void make_room();
    void move_to(std::size_t capacity);

    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace weft::http
