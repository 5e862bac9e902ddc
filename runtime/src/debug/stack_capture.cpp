// SPDX-License-Identifier: BSL-1.0
#include "debug/stack_capture.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace weft::detail {

namespace {

std::string in_hexadecimal(std::uintptr_t number) {
    std::array<char, 2 * sizeof number> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    return "0x" + std::string(digits.data(), end);
}

std::string demangled(const char* symbol) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(symbol, nullptr, nullptr, &status), &std::free);
    return status == 0 ? name.get() : symbol;
}

std::string line_of(std::uint64_t address) {
    Dl_info known{};
    if (::dladdr(reinterpret_cast<const void*>(address), &known) == 0 ||
        known.dli_fname == nullptr) {
        return in_hexadecimal(address);
    }
    if (known.dli_sname != nullptr) {
        return demangled(known.dli_sname) + "+" +
               in_hexadecimal(address - reinterpret_cast<std::uintptr_t>(known.dli_saddr));
    }
    return std::string(known.dli_fname) + "+" +
           in_hexadecimal(address - reinterpret_cast<std::uintptr_t>(known.dli_fbase));
}

}  // namespace

[[gnu::noinline]] void stack_capture::take(std::size_t skipped) noexcept {
    const int found = ::backtrace(frames_.data(), static_cast<int>(frames_.size()));
    count_ = static_cast<std::size_t>(std::max(found, 0));
    first_ = std::min(skipped + 1, count_);  // this function is the innermost
}

void stack_capture::prepare() noexcept {
    void* frame = nullptr;
    ::backtrace(&frame, 1);  // the first call loads a library, which allocates
}

std::vector<std::string> stack_capture::lines() const {
    std::vector<std::uint64_t> addresses;
    for (std::size_t i = first_; i < count_; ++i) {
        addresses.push_back(reinterpret_cast<std::uint64_t>(frames_[i]));
    }
    return lines_for(addresses);
}

std::vector<std::string> lines_for(std::span<const std::uint64_t> frames) {
    std::vector<std::string> made;
    made.reserve(frames.size());
    for (const std::uint64_t each : frames) {
        made.push_back(line_of(each));
    }
    return made;
}

}  // namespace weft::detail
