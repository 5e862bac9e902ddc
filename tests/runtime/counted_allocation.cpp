// SPDX-License-Identifier: BSL-1.0
#include "counted_allocation.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace weft::test {

constinit std::atomic<long> until_failure{-1};
constinit std::atomic<long> alive{0};
constinit std::atomic<long> allocated{0};

namespace {

void* allocate(std::size_t size, std::size_t alignment) {
    if (until_failure.load() >= 0 && until_failure.fetch_sub(1) == 0) {
        return nullptr;
    }
    void* made = std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
    alive += made != nullptr ? 1 : 0;
    ++allocated;
    return made;
}

void give_back(void* memory) noexcept {
    alive -= memory != nullptr ? 1 : 0;
    std::free(memory);
}

}  // namespace
}  // namespace weft::test

void* operator new(std::size_t size) {
    void* made = weft::test::allocate(size, alignof(std::max_align_t));
    return made != nullptr ? made : throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    void* made = weft::test::allocate(size, static_cast<std::size_t>(alignment));
    return made != nullptr ? made : throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return weft::test::allocate(size, alignof(std::max_align_t));
}
void operator delete(void* memory) noexcept {
    weft::test::give_back(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    weft::test::give_back(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    weft::test::give_back(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    weft::test::give_back(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
    weft::test::give_back(memory);
}
