// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/context/detail/fcontext.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/fake_memory.hpp"

namespace weft::test {

/// A fiber of Boost.Context that is parked below three functions of known names, and a row that
/// describes it.
class parked_context {
public:
    static constexpr std::size_t stack_size = 64 * 1024;

    explicit parked_context(fake_memory& memory);
    parked_context(const parked_context&) = delete;
    parked_context& operator=(const parked_context&) = delete;
    ~parked_context();

    [[nodiscard]] trace::fiber_row& row() const noexcept { return row_; }

    /// A frame pointer of innermost_call().
    [[nodiscard]] std::uint64_t frame() const noexcept { return frame_; }

    void* context = nullptr;  ///< as a control block has it
    std::uint64_t frame_ = 0;

private:
    std::vector<std::byte> stack_;
    trace::fiber_row& row_;
};

}  // namespace weft::test
