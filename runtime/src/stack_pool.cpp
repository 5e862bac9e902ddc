// SPDX-License-Identifier: BSL-1.0
#include "stack_pool.hpp"

#include "stack_memory.hpp"

#include <algorithm>

namespace weft::detail {

namespace {

constexpr std::size_t largest_slab = std::size_t{4} << 30;  // bytes of address space
constexpr std::size_t first_slab_count = 16;                // stacks
constexpr std::size_t trim_batch = 64;                      // stacks per idle turn

// Colours stay in the upper half of the top page, so that the control block and the first frames
// of an idle fiber share one page.
constexpr std::size_t colour_step = 192;
constexpr std::size_t colour_range = 1984;

}  // namespace

stack_class::~stack_class() {
    for (const auto& each : slabs_) {
        release_memory(each.low, each.count * stride());
    }
}

std::size_t stack_class::stride() const noexcept {
    return size_ + page_size;
}

stack stack_class::carve(const slab& from, std::size_t index) noexcept {
    return {from.low + index * stride() + page_size, size_,
            index * colour_step % colour_range / 64 * 64, this};
}

void stack_class::add_slab() {
    const std::size_t wanted = std::max(first_slab_count, total_);
    const std::size_t fitting = std::max<std::size_t>(largest_slab / stride(), 1);
    const std::size_t small = size_ > (std::size_t{1} << 20) ? 1 : wanted;
    const std::size_t count = std::min(total_ == 0 ? small : wanted, fitting);
    slabs_.reserve(slabs_.size() + 1);
    free_.reserve(total_ + count);
    trimmed_.reserve(total_ + count);
    slabs_.push_back({reserve_memory(count * stride()), count});
    total_ += count;
    carved_ = 0;
}

stack stack_class::allocate_cold() {
    if (!trimmed_.empty()) {
        const stack reused = trimmed_.back();
        trimmed_.pop_back();
        return reused;
    }
    if (slabs_.empty() || carved_ == slabs_.back().count) {
        add_slab();
    }
    const stack fresh = carve(slabs_.back(), carved_);
    install_guard(fresh.low - page_size);
    ++carved_;
    annotate::register_stack(fresh);
    return fresh;
}

/// Drops the trimmed stacks at the front, which are listed in trimmed_.
void stack_class::compact() noexcept {
    free_.erase(free_.begin(), free_.begin() + static_cast<std::ptrdiff_t>(first_free_));
    first_free_ = 0;
}

bool stack_class::trim(std::size_t count, std::size_t keep) noexcept {
    for (; count > 0 && free_.size() > first_free_ + keep; --count) {
        const stack& oldest = free_[first_free_++];
        discard_memory(oldest.low, oldest.size);
        trimmed_.push_back(oldest);
    }
    return free_.size() > first_free_ + keep;
}

std::optional<stack> stack_class::guarded_by(const std::byte* address) noexcept {
    for (const auto& each : slabs_) {
        if (address >= each.low && address < each.low + each.count * stride()) {
            const auto offset = static_cast<std::size_t>(address - each.low);
            if (offset % stride() < page_size) {
                return carve(each, offset / stride());
            }
        }
    }
    return std::nullopt;
}

stack_class& stack_pool::class_of(std::size_t size) {
    const std::size_t whole = (size + page_size - 1) / page_size * page_size;
    auto found = std::find_if(classes_.begin(), classes_.end(),
                              [=](const auto& each) { return each->size() == whole; });
    if (found == classes_.end()) {
        found = classes_.insert(found, std::make_unique<stack_class>(whole));
    }
    recent_ = found->get();
    recent_size_ = size;
    return *recent_;
}

bool stack_pool::trim() noexcept {
    if (untrimmed_) {
        untrimmed_ = false;
        for (auto& each : classes_) {
            untrimmed_ |= each->trim(trim_batch, kept);
        }
    }
    return untrimmed_;
}

std::optional<stack> stack_pool::guarded_by(const std::byte* address) const noexcept {
    for (const auto& each : classes_) {
        if (auto found = each->guarded_by(address)) {
            return found;
        }
    }
    return std::nullopt;
}

}  // namespace weft::detail
