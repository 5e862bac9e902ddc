// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "trace/processor.hpp"

#include <cstdint>

namespace weft::detail {

/// A pointer as rows and events keep it.
[[gnu::always_inline]] inline std::uint64_t address_of(const void* what) noexcept {
    return reinterpret_cast<std::uintptr_t>(what);
}

/// While it lives, readers of a row in shared memory see that it is being changed.
template <class Row>
class row_change {
public:
    [[gnu::always_inline]] explicit row_change(Row& changed) noexcept
        : row_(changed), before_(changed.version) {
        row_.version = before_ + 1;
        processor::order_stores();
    }
    row_change(const row_change&) = delete;
    row_change& operator=(const row_change&) = delete;
    [[gnu::always_inline]] ~row_change() {
        processor::order_stores();
        row_.version = before_ + 2;
    }

private:
    Row& row_;
    const std::uint32_t before_;
};

}  // namespace weft::detail
