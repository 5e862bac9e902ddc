// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

namespace weft::detail {

/// A first-in first-out queue of fixed capacity; its memory is allocated at the first push.
template <class T>
class ring_buffer {
public:
    /// \throws std::invalid_argument  beyond what memory can hold, such as a negative number.
    explicit ring_buffer(std::size_t capacity) : capacity_(capacity) {
        if (capacity > std::numeric_limits<std::ptrdiff_t>::max() / sizeof(T)) {
            throw std::invalid_argument("channel: a capacity below 0 or beyond all memory");
        }
    }

    ring_buffer(const ring_buffer&) = delete;
    ring_buffer& operator=(const ring_buffer&) = delete;

    ~ring_buffer() {
        while (!empty()) {
            pop();
        }
        if (slots_ != nullptr) {
            std::allocator<T>().deallocate(slots_, capacity_);
        }
    }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] bool full() const noexcept { return size_ == capacity_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    /// Adds to the end; the buffer must not be full.
    void push(T&& added) {
        if (slots_ == nullptr) {
            slots_ = std::allocator<T>().allocate(capacity_);
        }
        std::construct_at(slots_ + wrapped(first_ + size_), std::move(added));
        ++size_;
    }

    /// Takes from the front; the buffer must not be empty.
    T pop() {
        T* front = slots_ + first_;
        T taken = std::move(*front);
        std::destroy_at(front);
        first_ = wrapped(first_ + 1);
        --size_;
        return taken;
    }

private:
    [[nodiscard]] std::size_t wrapped(std::size_t position) const noexcept {
        return position >= capacity_ ? position - capacity_ : position;
    }

    std::size_t capacity_;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
    T* slots_ = nullptr;
};

}  // namespace weft::detail
