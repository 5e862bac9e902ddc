// SPDX-License-Identifier: BSL-1.0

#include "support/fake_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>
#include <weft/trace_events.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include "process/process_files.hpp"

namespace weft::test {
namespace {

std::uint64_t now() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

template <std::size_t Size>
void put(std::array<char, Size>& field, std::string_view text) {
    text.copy(field.data(), Size - 1);
}

void describe(trace::header& header, std::size_t size, std::uint64_t rows) {
    constexpr std::uint64_t first = trace::page;
    header.version = trace::version;
    header.size = sizeof(trace::header);
    header.whole = size;
    header.process = static_cast<std::uint32_t>(::getpid());
    header.thread = header.process;
    header.process_started = trace_tool::start_time(::getpid());
    header.ticks = trace::tick_source::monotonic;
    header.rows = {first, sizeof(trace::fiber_row), rows};
    header.objects = {first + rows * sizeof(trace::fiber_row), sizeof(trace::object_row),
                      fake_memory::object_rows};
    header.strings = {header.objects.offset + fake_memory::object_rows * sizeof(trace::object_row),
                      1, fake_memory::string_bytes};
    put(header.program, "fake");
    put(header.engine, "native");
    put(header.reasons[sleep_reason], "sleep");
    put(header.reasons[join_reason], "join");
    put(header.reasons[mutex_reason], "mutex");
    put(header.reasons[reading_reason], "reading");
    header.magic = trace::magic;
}

}  // namespace

fake_memory::fake_memory(std::uint64_t rows)
    : size_(trace::page + rows * sizeof(trace::fiber_row) +
            object_rows * sizeof(trace::object_row) + string_bytes),
      fd_(::memfd_create(trace::memory_name, MFD_CLOEXEC)) {
    void* mapped = MAP_FAILED;
    if (fd_ >= 0 && ::ftruncate(fd_, static_cast<off_t>(size_)) == 0) {
        mapped = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    }
    if (mapped == MAP_FAILED) {
        throw std::system_error(errno, std::generic_category(), "fake memory");
    }
    begin_ = static_cast<std::byte*>(mapped);
    describe(header(), size_, rows);
    loop().turned = now();
}

fake_memory::~fake_memory() {
    ::munmap(begin_, size_);
    ::close(fd_);
}

trace::header& fake_memory::header() const noexcept {
    return *reinterpret_cast<trace::header*>(begin_);
}

trace::loop& fake_memory::loop() const noexcept {
    return *reinterpret_cast<trace::loop*>(begin_ + trace::loop_offset);
}

trace::fiber_row& fake_memory::row(std::size_t index) const noexcept {
    return reinterpret_cast<trace::fiber_row*>(begin_ + trace::page)[index];
}

trace::fiber_row& fake_memory::add_fiber(std::string_view name, std::uint8_t reason,
                                         std::uint64_t object) {
    trace::fiber_row& row = this->row(loop().rows_used++);
    ++loop().live;
    row.state = reason == 0 ? trace::row_state::ready : trace::row_state::parked;
    row.reason = reason;
    row.id = loop().rows_used;
    row.object = object;
    row.born = row.since = now();
    row.spawn_file = reinterpret_cast<std::uintptr_t>("/src/server.cpp");
    row.spawn_function = reinterpret_cast<std::uintptr_t>("void serve()");
    row.spawn_line = 41;
    put(row.name, name);
    return row;
}

trace::object_row& fake_memory::add_lock(std::string_view name, std::uint64_t address,
                                         std::uint64_t owner) {
    auto* rows = reinterpret_cast<trace::object_row*>(begin_ + header().objects.offset);
    trace::object_row& row = rows[loop().objects_used++];
    row.kind = trace::object_kind::lock;
    row.reason = mutex_reason;
    row.address = address;
    row.owner = owner;
    row.waiters = 1;
    row.contended = 1;
    row.since = now();
    row.name = name.empty() ? 0 : add_string(name);
    return row;
}

std::uint32_t fake_memory::add_string(std::string_view text) {
    constexpr std::size_t alignment = 8;
    std::byte* to = begin_ + header().strings.offset + loop().strings_used;
    const trace::string_entry entry{static_cast<std::uint32_t>(text.size())};
    std::memcpy(to, &entry, sizeof entry);
    std::memcpy(to + sizeof entry, text.data(), text.size());
    const auto number = static_cast<std::uint32_t>(loop().strings_used / alignment + 1);
    loop().strings_used += (sizeof entry + text.size() + alignment - 1) / alignment * alignment;
    return number;
}

std::string fake_memory::source() {
    return std::to_string(::getpid());
}

}  // namespace weft::test
