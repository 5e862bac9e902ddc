// SPDX-License-Identifier: BSL-1.0

#include "process/core_file.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/procfs.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "error.hpp"

namespace weft::trace_tool {
namespace {

constexpr std::size_t most_parts = 1U << 20;
constexpr std::uint64_t largest_notes = 64U << 20;  // bytes, all together
constexpr std::size_t most_memories = 1'000;
constexpr std::uint64_t largest_memory = std::uint64_t{8} << 30;
constexpr std::size_t page_bytes = 4096;

std::size_t read_at(int file, std::uint64_t offset, std::span<std::byte> into) {
    std::size_t got = 0;
    while (got < into.size()) {
        const auto part =
            ::pread(file, into.data() + got, into.size() - got, static_cast<off_t>(offset + got));
        if (part <= 0) {
            break;
        }
        got += static_cast<std::size_t>(part);
    }
    return got;
}

template <class Record>
std::optional<Record> record_at(int file, std::uint64_t offset) {
    Record read{};
    const auto bytes = std::as_writable_bytes(std::span(&read, 1));
    return read_at(file, offset, bytes) == sizeof read ? std::optional(read) : std::nullopt;
}

template <class Record>
std::optional<Record> record_in(std::span<const std::byte> bytes, std::size_t offset) {
    Record read{};
    if (offset > bytes.size() || bytes.size() - offset < sizeof read) {
        return std::nullopt;
    }
    std::memcpy(&read, bytes.data() + offset, sizeof read);
    return read;
}

constexpr std::size_t aligned(std::size_t size) noexcept {
    return (size + 3) / 4 * 4;
}

bool is_core(const Elf64_Ehdr& header) {
    return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
           header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_type == ET_CORE &&
           header.e_machine == EM_X86_64 && header.e_phentsize == sizeof(Elf64_Phdr);
}

}  // namespace

core_file::core_file(const std::string& path)
    : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    struct stat status {};
    if (file_.get() < 0 || ::fstat(file_.get(), &status) != 0) {
        throw cannot_attach(path + ": " + std::strerror(errno), "Name a core that you may read.");
    }
    size_ = S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
    read_headers();
}

void core_file::read_headers() {
    const auto header = record_at<Elf64_Ehdr>(file_.get(), 0);
    if (!header || !is_core(*header)) {
        throw cannot_attach(path_ + " is no core of a program on x86-64",
                            "Name a core as the kernel or gdb writes it.");
    }
    std::size_t count = header->e_phnum;
    if (count == PN_XNUM) {
        const auto first = record_at<Elf64_Shdr>(file_.get(), header->e_shoff);
        count = first ? first->sh_info : 0;
    }
    std::uint64_t notes = 0;
    for (std::size_t i = 0; i < std::min(count, most_parts); ++i) {
        const auto each =
            record_at<Elf64_Phdr>(file_.get(), header->e_phoff + i * sizeof(Elf64_Phdr));
        if (!each) {
            break;
        }
        const auto size =
            each->p_offset < size_ ? std::min(each->p_filesz, size_ - each->p_offset) : 0;
        if (each->p_type == PT_LOAD && size != 0) {
            parts_.push_back({each->p_vaddr, each->p_offset, size});
        } else if (each->p_type == PT_NOTE) {
            read_notes(each->p_offset, std::min(size, largest_notes - notes));
            notes += std::min(size, largest_notes - notes);
        }
    }
    std::ranges::sort(parts_, {}, &part::address);
    std::ranges::sort(mappings_, {}, &mapping::begin);
}

void core_file::read_notes(std::uint64_t offset, std::uint64_t size) {
    std::vector<std::byte> bytes(size);
    bytes.resize(read_at(file_.get(), offset, bytes));
    const std::span<const std::byte> all(bytes);
    std::size_t at = 0;
    while (const auto note = record_in<Elf64_Nhdr>(all, at)) {
        const auto begin = at + sizeof *note + aligned(note->n_namesz);
        if (begin > all.size() || note->n_descsz > all.size() - begin) {
            return;
        }
        const auto content = all.subspan(begin, note->n_descsz);
        if (note->n_type == NT_PRSTATUS) {
            read_status(content);
        } else if (note->n_type == NT_FILE) {
            read_files(content);
        }
        at = begin + aligned(note->n_descsz);
    }
}

void core_file::read_status(std::span<const std::byte> note) {
    const auto thread = record_in<std::int32_t>(note, offsetof(elf_prstatus, pr_pid));
    const auto all = record_in<registers>(note, offsetof(elf_prstatus, pr_reg));
    if (thread && all) {
        threads_.emplace(static_cast<std::uint32_t>(*thread), *all);
    }
}

// Source: fs/binfmt_elf.c of Linux, fill_files_note: count, page size, then begin, end and offset
// in pages of each, then the names, each ended by a null.
void core_file::read_files(std::span<const std::byte> note) {
    const auto count = record_in<std::uint64_t>(note, 0).value_or(0);
    const auto page = record_in<std::uint64_t>(note, 8).value_or(page_bytes);
    constexpr std::size_t entry = 24;
    if (count > note.size() / entry) {
        return;
    }
    std::size_t name = 16 + count * entry;
    for (std::size_t i = 0; i < count && name < note.size(); ++i) {
        const auto at = 16 + i * entry;
        const auto* text = reinterpret_cast<const char*>(note.data() + name);
        const auto length = ::strnlen(text, note.size() - name);
        mappings_.push_back(
            {*record_in<std::uint64_t>(note, at), *record_in<std::uint64_t>(note, at + 8),
             *record_in<std::uint64_t>(note, at + 16) * page, false, std::string(text, length)});
        name += length + 1;
    }
}

std::size_t core_file::read(std::uint64_t address, std::span<std::byte> into) const {
    std::size_t got = 0;
    while (got < into.size()) {
        const auto wanted = address + got;
        const auto after = std::ranges::upper_bound(parts_, wanted, {}, &part::address);
        if (after == parts_.begin()) {
            break;
        }
        const auto& from = *std::prev(after);
        if (wanted - from.address >= from.size) {
            break;
        }
        const auto inside = wanted - from.address;
        const auto most = std::min<std::uint64_t>(into.size() - got, from.size - inside);
        const auto now = read_at(file_.get(), from.offset + inside, into.subspan(got, most));
        got += now;
        if (now != most) {
            break;
        }
    }
    return got;
}

std::optional<mapped_memory> core_file::memory_at(std::uint64_t address) const {
    std::uint64_t whole = 0;
    const auto bytes = std::as_writable_bytes(std::span(&whole, 1));
    if (read(address + offsetof(trace::header, whole), bytes) != sizeof whole ||
        whole < trace::page || whole > largest_memory) {
        return std::nullopt;
    }
    const descriptor copy(::memfd_create("weft-trace core", MFD_CLOEXEC));
    if (copy.get() < 0 || ::ftruncate(copy.get(), static_cast<off_t>(whole)) != 0) {
        return std::nullopt;
    }
    std::array<std::byte, page_bytes> page{};
    for (std::uint64_t at = 0; at < whole; at += page.size()) {
        const auto bytes_here =
            std::span(page).first(std::min<std::uint64_t>(page.size(), whole - at));
        if (read(address + at, bytes_here) != bytes_here.size()) {
            break;  // the rest was not written into the core: it reads as zero
        }
        const bool empty =
            std::ranges::all_of(bytes_here, [](std::byte b) { return b == std::byte{}; });
        if (!empty && ::pwrite(copy.get(), bytes_here.data(), bytes_here.size(),
                               static_cast<off_t>(at)) < 0) {
            return std::nullopt;
        }
    }
    try {
        return mapped_memory(copy.get());
    } catch (const std::exception&) {
        return std::nullopt;  // it only looked like one
    }
}

std::vector<mapped_memory> core_file::memories() const {
    std::vector<mapped_memory> found;
    std::size_t looked_like = 0;
    for (const part& each : parts_) {
        std::uint64_t first = 0;
        const auto bytes = std::as_writable_bytes(std::span(&first, 1));
        if (read(each.address, bytes) != sizeof first || first != trace::magic) {
            continue;
        }
        if (auto memory = memory_at(each.address)) {
            found.push_back(std::move(*memory));
        }
        if (++looked_like == most_memories) {
            break;  // parts may lie over one another: each would be copied anew
        }
    }
    return found;
}

std::optional<core_file::registers> core_file::registers_of(std::uint32_t thread) const {
    const auto found = threads_.find(thread);
    return found == threads_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace weft::trace_tool
