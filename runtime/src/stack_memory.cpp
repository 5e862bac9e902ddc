// SPDX-License-Identifier: BSL-1.0
#include "stack_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

namespace weft::detail {

namespace {

// Linux >= 6.13. A guard is a marker in the page table, so neighbours stay one mapping; mprotect
// splits the mapping at each guard, and vm.max_map_count (65,530) then ends at 32,745 stacks.
// Not in the headers of Debian 12. Source: madvise(2), MADV_GUARD_INSTALL.
constexpr int madv_guard_install = 102;

std::atomic<bool> use_mprotect{false};

[[noreturn]] void fail(int code, const std::string& what) {
    throw std::system_error(code, std::generic_category(), what);
}

}  // namespace

const std::size_t page_size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));

std::byte* reserve_memory(std::size_t size) {
    void* low = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (low == MAP_FAILED) {
        fail(errno, "weft: cannot reserve " + std::to_string(size) + " bytes for fiber stacks");
    }
    // A huge page would make 2 MiB resident at the first touch of a stack.
    ::madvise(low, size, MADV_NOHUGEPAGE);
    return static_cast<std::byte*>(low);
}

void release_memory(std::byte* low, std::size_t size) noexcept {
    ::munmap(low, size);
}

void install_guard(std::byte* page) {
    if (!use_mprotect.load(std::memory_order_relaxed)) {
        if (::madvise(page, page_size, madv_guard_install) == 0) {
            return;
        }
        if (errno != EINVAL) {
            fail(errno, "weft: cannot install a stack guard");
        }
        use_mprotect.store(true, std::memory_order_relaxed);
    }
    if (::mprotect(page, page_size, PROT_NONE) != 0) {
        fail(errno, errno == ENOMEM ? "weft: cannot protect a stack guard: vm.max_map_count is "
                                      "reached; raise it, or run fewer fibers"
                                    : "weft: cannot protect a stack guard");
    }
}

void discard_memory(std::byte* low, std::size_t size) noexcept {
    ::madvise(low, size, MADV_DONTNEED);
}

void force_mprotect_guards(bool on) noexcept {
    use_mprotect.store(on, std::memory_order_relaxed);
}

}  // namespace weft::detail
