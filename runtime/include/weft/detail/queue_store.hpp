// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// In which order the queues of queue.hpp keep what is in them. A failing exchange() changes
/// nothing.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace weft::detail {

/// Empties `items`. Returns how many there were.
template <class Items>
std::size_t cleared(Items& items) noexcept {
    const std::size_t count = items.size();
    items.clear();
    return count;
}

/// First in, first out.
template <class T>
class fifo_store {
public:
    [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
    void push(T&& added) { items_.push_back(std::move(added)); }
    T pop() {
        T taken = std::move(items_.front());
        items_.pop_front();
        return taken;
    }
    /// pop() and push(), in this order.
    T exchange(T&& added) {
        push(std::move(added));  // first, since it may fail
        return pop();
    }
    std::size_t clear() noexcept { return cleared(items_); }

private:
    std::deque<T> items_;
};

/// Last in, first out.
template <class T>
class lifo_store {
public:
    [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
    void push(T&& added) { items_.push_back(std::move(added)); }
    T pop() {
        T taken = std::move(items_.back());
        items_.pop_back();
        return taken;
    }
    T exchange(T&& added) { return std::exchange(items_.back(), std::move(added)); }
    std::size_t clear() noexcept { return cleared(items_); }

private:
    std::vector<T> items_;
};

/// The greatest by Compare first; equal ones in the order in which they came.
template <class T, class Compare>
class priority_store {
public:
    [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
    void push(T&& added) {
        items_.push_back({std::move(added), next_++});
        std::push_heap(items_.begin(), items_.end(), behind);
    }
    T pop() {
        std::pop_heap(items_.begin(), items_.end(), behind);
        T taken = std::move(items_.back().value);
        items_.pop_back();
        return taken;
    }
    T exchange(T&& added) {
        T taken = pop();
        push(std::move(added));  // there is room
        return taken;
    }
    std::size_t clear() noexcept { return cleared(items_); }

private:
    struct item {
        T value;
        std::uint64_t number;
    };
    static bool behind(const item& left, const item& right) {
        const Compare less{};
        if (less(left.value, right.value)) {
            return true;
        }
        return !less(right.value, left.value) && left.number > right.number;
    }

    std::vector<item> items_;
    std::uint64_t next_ = 0;
};

}  // namespace weft::detail
