// SPDX-License-Identifier: BSL-1.0

#include "elf_handle.hpp"

#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "error.hpp"

// The header of this program itself, by the linker: it tells what this machine is.
extern "C" __attribute__((visibility("hidden"))) const ElfW(Ehdr) __ehdr_start;

namespace weft::audit {
namespace {

std::string libelf_problem() {
    const char* text = ::elf_errmsg(-1);
    return text != nullptr ? text : "unknown problem of libelf";
}

std::string machine_name(unsigned number) {
    switch (number) {
        case EM_386: return "i386";
        case EM_X86_64: return "x86-64";
        case EM_ARM: return "ARM";
        case EM_AARCH64: return "AArch64";
        case EM_RISCV: return "RISC-V";
        case EM_PPC64: return "POWER";
        case EM_S390: return "s390";
        default: return "machine " + std::to_string(number);
    }
}

std::string kind_name(const GElf_Ehdr& header) {
    const char* width = header.e_ident[EI_CLASS] == ELFCLASS64 ? "64-bit" : "32-bit";
    const char* order = header.e_ident[EI_DATA] == ELFDATA2MSB ? " big-endian " : " ";
    return width + std::string(order) + machine_name(header.e_machine);
}

bool is_of_this_machine(const GElf_Ehdr& header) noexcept {
    return header.e_machine == __ehdr_start.e_machine &&
           header.e_ident[EI_CLASS] == __ehdr_start.e_ident[EI_CLASS] &&
           header.e_ident[EI_DATA] == __ehdr_start.e_ident[EI_DATA];
}

}  // namespace

// Without O_NONBLOCK a pipe would hold the tool up before it can be refused.
elf_handle::descriptor::descriptor(const std::filesystem::path& path)
    : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    if (number_ < 0) {
        throw bad_file(path, std::generic_category().message(errno));
    }
}

elf_handle::descriptor::~descriptor() {
    ::close(number_);
}

elf_handle::elf_handle(const std::filesystem::path& path) : path_(path), file_(path) {
    ::elf_version(EV_CURRENT);
    open();
    check_kind();
    read_sections();
    read_segments();
}

void elf_handle::fail_damaged(const std::string& problem) const {
    throw bad_file(path_, "damaged: " + problem);
}

// The file is read instead of mapped: a mapped file that somebody shortens meanwhile would end this
// program.
void elf_handle::open() {
    struct stat status {};
    if (::fstat(file_.number(), &status) != 0) {
        throw bad_file(path_, std::generic_category().message(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        throw bad_file(path_, "not a regular file");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
    is_setuid_ = (status.st_mode & (S_ISUID | S_ISGID)) != 0;
    elf_.reset(::elf_begin(file_.number(), ELF_C_READ, nullptr));
    if (elf_ == nullptr) {
        throw bad_file(path_, "not an ELF file: " + libelf_problem());
    }
    if (::elf_kind(elf_.get()) != ELF_K_ELF) {
        throw bad_file(path_, "not an ELF file");
    }
}

void elf_handle::check_kind() const {
    GElf_Ehdr header;
    if (::gelf_getehdr(elf_.get(), &header) == nullptr) {
        fail_damaged(libelf_problem());
    }
    if (!is_of_this_machine(header)) {
        throw foreign_file(path_, "built for " + kind_name(header) + ", but this machine is " +
                                      machine_name(__ehdr_start.e_machine));
    }
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN) {
        throw bad_file(path_, "neither a program nor a shared library");
    }
}

void elf_handle::check_within_file(std::uint64_t offset, std::uint64_t size) const {
    if (offset > size_ || size > size_ - offset) {
        throw bad_file(path_, "cut short: its headers name bytes after its end");
    }
}

void elf_handle::read_sections() {
    std::size_t count = 0;
    std::size_t names = 0;
    if (::elf_getshdrnum(elf_.get(), &count) != 0) {
        fail_damaged(libelf_problem());
    }
    if (count == 0) {
        throw bad_file(path_, "it has no section headers; it was cut short or stripped of them");
    }
    if (::elf_getshdrstrndx(elf_.get(), &names) != 0) {
        fail_damaged(libelf_problem());
    }
    for (std::size_t i = 1; i < count; ++i) {
        section each{::elf_getscn(elf_.get(), i), {}, {}};
        if (each.handle == nullptr || ::gelf_getshdr(each.handle, &each.header) == nullptr) {
            fail_damaged(libelf_problem());
        }
        if (each.header.sh_type != SHT_NOBITS) {
            check_within_file(each.header.sh_offset, each.header.sh_size);
        }
        each.name = string(names, each.header.sh_name);
        sections_.push_back(std::move(each));
    }
}

void elf_handle::read_segments() {
    std::size_t count = 0;
    if (::elf_getphdrnum(elf_.get(), &count) != 0) {
        fail_damaged(libelf_problem());
    }
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr header;
        if (::gelf_getphdr(elf_.get(), static_cast<int>(i), &header) == nullptr) {
            fail_damaged(libelf_problem());
        }
        check_within_file(header.p_offset, header.p_filesz);
        segments_.push_back(header);
    }
}

const elf_handle::section* elf_handle::find(Elf64_Word type) const noexcept {
    const auto found =
        std::find_if(sections_.begin(), sections_.end(),
                     [type](const section& each) { return each.header.sh_type == type; });
    return found != sections_.end() ? &*found : nullptr;
}

const elf_handle::section* elf_handle::find(std::string_view name) const noexcept {
    const auto found = std::find_if(sections_.begin(), sections_.end(),
                                    [name](const section& each) { return each.name == name; });
    return found != sections_.end() ? &*found : nullptr;
}

std::string elf_handle::string(std::size_t section_index, std::size_t offset) const {
    const char* found = ::elf_strptr(elf_.get(), section_index, offset);
    if (found == nullptr) {
        fail_damaged(libelf_problem());
    }
    return found;
}

Elf_Data* elf_handle::content(const section& of) const {
    Elf_Data* found = ::elf_getdata(of.handle, nullptr);
    if (found == nullptr) {
        fail_damaged("section " + of.name + ": " + libelf_problem());
    }
    return found;
}

std::size_t elf_handle::count(const Elf_Data& content, Elf_Type type) const {
    return content.d_size / ::gelf_fsize(elf_.get(), type, 1, EV_CURRENT);
}

}  // namespace weft::audit
