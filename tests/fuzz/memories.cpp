// SPDX-License-Identifier: BSL-1.0
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include "error.hpp"
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"
#include "memory/mapped_memory.hpp"
#include "process/core_file.hpp"

namespace weft::fuzz {

namespace {

/// A file without a name that holds the input.
class input_file {
public:
    explicit input_file(std::string_view input) : fd_(::memfd_create("input", MFD_CLOEXEC)) {
        while (!input.empty()) {
            const auto written = ::write(fd_.get(), input.data(), input.size());
            if (written <= 0) {
                throw std::system_error(errno, std::generic_category(), "memfd");
            }
            input.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd()); }

private:
    trace_tool::descriptor fd_;
};

/// As far as commands do, but no more than a few of each: what a row says twice is as good.
void read_all(const trace_tool::mapped_memory& memory) {
    constexpr std::uint64_t few = 16;
    const auto& header = memory.header();
    for (std::size_t i = 0; i < std::min(header.rows.count, few); ++i) {
        (void)memory.fiber(i);
    }
    for (std::size_t i = 0; i < std::min(header.objects.count, few); ++i) {
        if (const auto row = memory.object(i)) {
            (void)memory.string(row->name);
        }
    }
    for (std::size_t i = 0; i < std::min(header.stalls.count, few); ++i) {
        (void)memory.stall(i);
    }
    (void)memory.asked_snapshot();
    for (const std::uint32_t number : {0U, 1U, 2U, 3U, 9U, 0x7fff'ffffU, 0xffff'ffffU}) {
        require(memory.string(number).size() <= header.strings.count,
                "a string lies in its section");
        require(memory.stack_of(number).frames.size() <= header.stacks.count,
                "a stack lies in its section");
    }
    (void)memory.bytes(header.events);
    (void)memory.loop();
}

}  // namespace

void runtime_memory(std::string_view input) {
    const input_file file(input);
    try {
        read_all(trace_tool::mapped_memory(file.fd()));
    } catch (const trace_tool::bad_memory&) {
    }
}

void core(std::string_view input) {
    const input_file file(input);
    try {
        const trace_tool::core_file read(file.path());
        std::array<std::byte, 64> bytes{};
        for (const auto& each : read.mappings()) {
            require(read.read(each.begin, bytes) <= bytes.size(), "no more is read than asked");
        }
        (void)read.registers_of(1);
        for (const auto& memory : read.memories()) {
            read_all(memory);
        }
    } catch (const trace_tool::cannot_attach&) {
    }
}

}  // namespace weft::fuzz
