// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace weft::detail {

/// The size of a page in bytes.
extern const std::size_t page_size;

/// Reserves address space that becomes memory page by page when touched.
///
/// \throws std::system_error  if there is none.
[[nodiscard]] std::byte* reserve_memory(std::size_t size);

void release_memory(std::byte* low, std::size_t size) noexcept;

/// Makes a page of reserved memory fatal to touch.
///
/// \throws std::system_error  naming vm.max_map_count if that is what stopped it.
void install_guard(std::byte* page);

/// Gives the memory of untouched and touched pages back; their contents become zero. Guards stay.
void discard_memory(std::byte* low, std::size_t size) noexcept;

/// For tests: install_guard() uses mprotect even where the kernel has something better.
void force_mprotect_guards(bool on) noexcept;

}  // namespace weft::detail
