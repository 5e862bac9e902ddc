// SPDX-License-Identifier: BSL-1.0
#include <weft/net/detail/byte_buffer.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace weft::net::detail {

std::span<std::byte> byte_buffer::room(std::size_t least) {
    if (capacity_ - last_ < least) {
        make_room(least);
    }
    return {storage_.get() + last_, capacity_ - last_};
}

void byte_buffer::make_room(std::size_t least) {
    const std::size_t held = size();
    const std::byte* from = storage_.get() + first_;
    if (capacity_ - held >= least) {
        std::memmove(storage_.get(), from, held);
    } else {
        const std::size_t wanted = std::max(held + least, 2 * capacity_);
        // NOLINTNEXTLINE(modernize-avoid-c-arrays): a vector would write zeros first.
        auto larger = std::make_unique_for_overwrite<std::byte[]>(wanted);
        std::copy_n(from, held, larger.get());
        storage_ = std::move(larger);
        capacity_ = wanted;
    }
    first_ = 0;
    last_ = held;
}

void byte_buffer::consume(std::size_t count) noexcept {
    first_ += std::min(count, size());
    if (first_ == last_) {
        clear();
    }
}

}  // namespace weft::net::detail
