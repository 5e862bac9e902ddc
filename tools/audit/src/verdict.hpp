// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

namespace weft::audit {

/// What becomes of a call on a fiber, under the porting layer.
enum class verdict {
    covered,    ///< only the fiber waits
    offloaded,  ///< a thread of the pool does the work, and only the fiber waits
    noted,      ///< depends on how it is used
    blocks,     ///< the thread waits, and with it every fiber
    unsafe,     ///< does harm to other fibers
};

/// A verdict with what somebody needs who is to act on it.
struct judgement {
    verdict is;
    std::string_view reason;
    std::string_view remedy;  ///< in the imperative; empty if there is nothing to do
};

/// Functions that are judged alike.
struct symbol_group {
    judgement why;
    std::span<const std::string_view> symbols;
};

/// Every function by which a fiber could wait or do harm, once.
[[nodiscard]] std::span<const symbol_group> symbol_groups() noexcept;

/// The judgement of a function; null if it neither waits nor does harm.
[[nodiscard]] const judgement* judgement_of(std::string_view symbol);

}  // namespace weft::audit
