// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "engine/stack_annotations.hpp"
#include "stack.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace weft::detail {

/// Stacks of one size, reserved in slabs and reused last in, first out.
///
/// Invariants:
/// 1. Every stack has a guard page below it from before its first use.
/// 2. Neighbouring stacks differ in colour: the same frame of different fibers falls into
///    different cache sets. The stride is one page more than the size for the same reason.
/// 3. The free lists have room for every stack that exists, so that release() cannot fail.
class stack_class {
public:
    explicit stack_class(std::size_t size) noexcept : size_(size) {}
    stack_class(const stack_class&) = delete;
    stack_class& operator=(const stack_class&) = delete;
    ~stack_class();

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// \throws std::system_error  if no memory can be had.
    [[nodiscard]] stack allocate() {
        if (free_.size() > first_free_) [[likely]] {
            const stack reused = free_.back();
            free_.pop_back();
            return reused;
        }
        return allocate_cold();
    }

    void release(const stack& unused) noexcept {
        if (free_.size() == free_.capacity()) [[unlikely]] {
            compact();
        }
        free_.push_back(unused);
    }

    /// Gives back the memory of at most `count` free stacks beyond the `keep` ones used last.
    /// Returns whether there are more.
    bool trim(std::size_t count, std::size_t keep) noexcept;

    /// The stack whose guard contains `address`.
    [[nodiscard]] std::optional<stack> guarded_by(const std::byte* address) noexcept;

private:
    struct slab {
        std::byte* low;
        std::size_t count;
    };

    [[nodiscard]] std::size_t stride() const noexcept;
    [[nodiscard]] stack carve(const slab& from, std::size_t index) noexcept;
    [[nodiscard]] stack allocate_cold();
    void compact() noexcept;
    void add_slab();

    std::size_t size_;
    std::size_t carved_ = 0;  // stacks of the last slab that were handed out once
    std::size_t total_ = 0;   // stacks in all slabs
    std::vector<slab> slabs_;
    std::vector<stack> free_;     // their pages are in memory; the last was used last
    std::size_t first_free_ = 0;  // those before it in free_ were trimmed
    std::vector<stack> trimmed_;  // their pages were given back
};

/// The stacks of one runtime, in classes by size.
class stack_pool {
public:
    /// \param size  at least; rounded up to whole pages.
    /// \throws std::system_error  if no memory can be had.
    [[nodiscard]] stack allocate(std::size_t size) {
        return (recent_ != nullptr && recent_size_ == size ? *recent_ : class_of(size)).allocate();
    }

    void release(const stack& unused) noexcept {
        annotate::unpoison(unused);
        unused.home->release(unused);
        untrimmed_ = true;
    }

    /// Gives back some of the memory of stacks that are not needed now. Returns whether there is
    /// more to give back.
    bool trim() noexcept;

    [[nodiscard]] std::optional<stack> guarded_by(const std::byte* address) const noexcept;

    /// Free stacks of each size that keep their memory.
    static constexpr std::size_t kept = 1024;

private:
    stack_class& class_of(std::size_t size);

    std::vector<std::unique_ptr<stack_class>> classes_;
    stack_class* recent_ = nullptr;  // where the last size that was asked for is found
    std::size_t recent_size_ = 0;
    bool untrimmed_ = false;  // something was released since trim() found nothing to do
};

}  // namespace weft::detail
