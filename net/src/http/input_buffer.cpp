// SPDX-License-Identifier: BSL-1.0
#include "http/input_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace weft::http {

namespace {

constexpr std::size_t first_capacity = 4'096;  // bytes; a head with some to spare

}  // namespace

void input_buffer::consume(std::size_t count) noexcept {
    begin_ += count;
    if (begin_ == end_) {
        begin_ = end_ = 0;
    }
}

bool input_buffer::fill(net::stream& from) {
    if (end_ == capacity_) {
        make_room();
    }
    const auto count =
        from.read_some(std::as_writable_bytes(std::span(data_.get() + end_, capacity_ - end_)));
    end_ += count;
    return count != 0;
}

void input_buffer::reserve(std::size_t capacity) {
    if (capacity > capacity_) {
        move_to(capacity);
    }
}

void input_buffer::make_room() {
    const auto kept = view();
    if (kept.size() > capacity_ / 2 || capacity_ == 0) {
        move_to(std::max(first_capacity, capacity_ * 2));
        return;
    }
    std::memmove(data_.get(), kept.data(), kept.size());
    begin_ = 0;
    end_ = kept.size();
}

void input_buffer::move_to(std::size_t capacity) {
    const auto kept = view();
    auto bigger = std::make_unique_for_overwrite<char[]>(capacity);
    std::ranges::copy(kept, bigger.get());
    data_ = std::move(bigger);
    capacity_ = capacity;
    begin_ = 0;
    end_ = kept.size();
}

}  // namespace weft::http
