// SPDX-License-Identifier: BSL-1.0

#include "memory/mapped_memory.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "memory/shared_words.hpp"

namespace weft::trace_tool {
namespace {

constexpr std::size_t word = 8;
constexpr std::uint64_t most_rows = 16'777'216;  // what a runtime can be told to have
constexpr std::size_t longest_string = 4096;     // bytes; more than a runtime ever stores

std::size_t size_of(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
        throw std::system_error(errno, std::generic_category(), "fstat");
    }
    return static_cast<std::size_t>(status.st_size);
}

/// How a section must look.
struct rule {
    const char* name;
    trace::section part;
    std::size_t smallest_entry;
    std::size_t alignment;
};

void check_section(const rule& checked, std::size_t size) {
    const auto& [offset, entry, count] = checked.part;
    if (count == 0) {
        return;
    }
    if (entry < checked.smallest_entry || entry > size || offset > size ||
        count > (size - offset) / entry) {
        throw bad_memory(std::string("its ") + checked.name + " are not inside the memory");
    }
    if (offset % word != 0 || entry % checked.alignment != 0) {
        throw bad_memory(std::string("its ") + checked.name + " are not aligned");
    }
}

/// Without what was added to it within this version.
constexpr std::uint32_t oldest_header = offsetof(trace::header, context_inside);

std::uint32_t load_version(const std::byte* begin) {
    return static_cast<std::uint32_t>(load_word(begin + offsetof(trace::header, version)));
}

}  // namespace

mapped_memory::mapped_memory(int fd, access wanted) : size_(size_of(fd)) {
    if (size_ < trace::page) {
        throw bad_memory("it is too small");
    }
    void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) {
        throw std::system_error(errno, std::generic_category(), "mmap");
    }
    begin_ = static_cast<std::byte*>(mapped);
    try {
        check();
        header_ = copy_words<trace::header>(begin_, sizeof(trace::header));
        if (header_.size < sizeof(trace::header)) {  // what an older runtime lacks is zero
            header_ = copy_words<trace::header>(begin_, header_.size);
        }
        check_sections();
        if (wanted == access::control &&
            ::mprotect(begin_, trace::page, PROT_READ | PROT_WRITE) != 0) {
            throw std::system_error(errno, std::generic_category(), "mprotect");
        }
    } catch (...) {
        ::munmap(begin_, size_);
        throw;
    }
}

mapped_memory::~mapped_memory() {
    if (begin_ != nullptr) {
        ::munmap(begin_, size_);
    }
}

void mapped_memory::check() const {
    if (__atomic_load_n(reinterpret_cast<const std::uint64_t*>(begin_), __ATOMIC_ACQUIRE) !=
        trace::magic) {
        throw bad_memory("it does not begin as the memory of a runtime does");
    }
    if (const std::uint32_t found = load_version(begin_); found != trace::version) {
        throw bad_memory("its format has version " + std::to_string(found) +
                         ", this tool understands " + std::to_string(trace::version));
    }
}

void mapped_memory::check_sections() const {
    if (header_.size < oldest_header || header_.whole > size_) {
        throw bad_memory("its header is too short, or it was cut off");
    }
    const rule rules[] = {
        {"fiber rows", header_.rows, sizeof(trace::fiber_row), word},
        {"object rows", header_.objects, sizeof(trace::object_row), word},
        {"events", header_.events, sizeof(trace::event), word},
        {"strings", header_.strings, 1, 1},
        {"stacks", header_.stacks, word, word},
        {"stalls", header_.stalls, sizeof(trace::stall_row), word},
        {"snapshot", header_.asked, sizeof(trace::stack_snapshot), word},
    };
    for (const rule& each : rules) {
        check_section(each, size_);
    }
    if (header_.rows.count > most_rows || header_.objects.count > most_rows ||
        header_.stalls.count > most_rows) {
        throw bad_memory("it claims more rows than there can be");
    }
    if (header_.strings.entry_size > 1 || header_.stacks.entry_size > word ||
        (header_.events.count != 0 && !std::has_single_bit(header_.events.count))) {
        throw bad_memory("its sections have sizes that they cannot have");
    }
}

trace::loop mapped_memory::loop() const noexcept {
    return copy_words<trace::loop>(begin_ + trace::loop_offset, sizeof(trace::loop));
}

bool mapped_memory::fiber(std::size_t index, trace::fiber_row& into) const noexcept {
    const auto& [offset, entry, count] = header_.rows;
    return index < count && copy_row(begin_ + offset + index * entry, entry, into);
}

std::optional<trace::fiber_row> mapped_memory::fiber(std::size_t index) const noexcept {
    trace::fiber_row row;
    return fiber(index, row) ? std::optional(row) : std::nullopt;
}

void mapped_memory::will_read_fibers(std::size_t count) const noexcept {
    const auto begin = reinterpret_cast<std::uintptr_t>(begin_ + header_.rows.offset);
    const std::uintptr_t first = begin / trace::page * trace::page;
    const std::size_t most = std::min<std::size_t>(count, header_.rows.count);
    // Of no consequence if the kernel does not know it.
    (void)::madvise(reinterpret_cast<void*>(first), begin - first + most * header_.rows.entry_size,
                    MADV_POPULATE_READ);
}

std::optional<trace::object_row> mapped_memory::object(std::size_t index) const noexcept {
    const auto& [offset, entry, count] = header_.objects;
    trace::object_row row;
    return index < count && copy_row(begin_ + offset + index * entry, entry, row)
               ? std::optional(row)
               : std::nullopt;
}

std::optional<trace::stall_row> mapped_memory::stall(std::size_t index) const noexcept {
    const auto& [offset, entry, count] = header_.stalls;
    if (index >= count) {
        return std::nullopt;
    }
    const auto* begin = begin_ + offset + index * entry;
    trace::stall_row row;
    if (!copy_row(begin, entry, row) || row.number == 0) {
        return std::nullopt;
    }
    if (!copy_row(begin + offsetof(trace::stall_row, where), sizeof row.where, row.where)) {
        row.where = {};
    }
    row.where.size = std::min<std::uint32_t>(row.where.size, trace::snapshot_bytes);
    row.name.back() = '\0';
    return row;
}

std::optional<trace::stack_snapshot> mapped_memory::asked_snapshot() const noexcept {
    const auto& [offset, entry, count] = header_.asked;
    trace::stack_snapshot found;
    if (count == 0 || !copy_row(begin_ + offset, entry, found)) {
        return std::nullopt;
    }
    found.size = std::min<std::uint32_t>(found.size, trace::snapshot_bytes);
    return found;
}

std::string mapped_memory::string(std::uint32_t number) const {
    const auto room = bytes(header_.strings);
    const std::size_t begin = (std::size_t{number} - 1) * word + sizeof(trace::string_entry);
    if (number == 0 || begin > room.size()) {
        return {};
    }
    trace::string_entry entry{};
    std::memcpy(&entry, &room[begin - sizeof entry], sizeof entry);
    const std::size_t length =
        std::min({std::size_t{entry.length}, longest_string, room.size() - begin});
    return {reinterpret_cast<const char*>(room.data() + begin), length};
}

mapped_memory::stack mapped_memory::stack_of(std::uint32_t number) const {
    const auto room = bytes(header_.stacks);
    const std::size_t begin = std::size_t{number} * word;
    if (number == 0 || begin > room.size()) {
        return {};
    }
    const auto entry = std::bit_cast<trace::stack_entry>(load_word(room.data() + begin - word));
    const std::size_t depth = std::min({std::size_t{entry.depth}, (room.size() - begin) / word,
                                        std::size_t{trace::deepest_stack}});
    stack result{{}, entry.truncated != 0 || depth < entry.depth};
    for (std::size_t i = 0; i < depth; ++i) {
        result.frames.push_back(load_word(room.data() + begin + i * word));
    }
    return result;
}

std::span<const std::byte> mapped_memory::bytes(const trace::section& part) const noexcept {
    if (part.count == 0) {
        return {};  // then nothing has checked the offset
    }
    return {begin_ + part.offset, part.entry_size * part.count};
}

trace::control& mapped_memory::control() const noexcept {
    return *reinterpret_cast<trace::control*>(begin_ + trace::control_offset);
}

}  // namespace weft::trace_tool
