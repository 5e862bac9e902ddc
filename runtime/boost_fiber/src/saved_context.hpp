// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/context/fiber.hpp>
#include <boost/fiber/context.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

using saved_context = boost::context::fiber boost::fibers::context::*;

/// Where Boost.Fiber keeps what a suspended context continues with. The member is private; the
/// arguments of an explicit instantiation are not checked for that ([temp.spec.general] 6).
saved_context saved_context_member() noexcept;

template <saved_context Member>
struct saved_context_opener {
    friend saved_context saved_context_member() noexcept { return Member; }
};
template struct saved_context_opener<&boost::fibers::context::c_>;

/// How many bytes into a context the address of its saved registers stands.
inline std::uint32_t offset_of_saved_context(const boost::fibers::context& sample) noexcept {
    static_assert(sizeof(boost::context::fiber) == sizeof(void*), "only that address");
    const auto* member = reinterpret_cast<const std::byte*>(&(sample.*saved_context_member()));
    return static_cast<std::uint32_t>(member - reinterpret_cast<const std::byte*>(&sample));
}

}  // namespace weft::detail
