// SPDX-License-Identifier: BSL-1.0

#include "stacks/recorded_files.hpp"

#include <elfutils/libdwelf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <optional>
#include <set>
#include <string_view>

#include "recording/unique_descriptor.hpp"
#include "stacks/functions_at.hpp"

namespace weft::trace_tool {
namespace {

const Dwfl_Callbacks find_files{
    .find_elf = ::dwfl_build_id_find_elf,
    .find_debuginfo = ::dwfl_standard_find_debuginfo,
    .section_address = ::dwfl_offline_section_address,
    .debuginfo_path = nullptr,
};

struct close_elf {
    void operator()(Elf* open) const noexcept { ::elf_end(open); }
};

// What a recording names may be anything, also something that opening would wait for.
unique_descriptor open_regular(const std::string& path) {
    unique_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    const bool good = file && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
    return good ? std::move(file) : unique_descriptor();
}

std::string_view build_id_of(Elf* elf) {
    const void* bytes = nullptr;
    const auto size = ::dwelf_elf_gnu_build_id(elf, &bytes);
    return size > 0
               ? std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size))
               : std::string_view();
}

/// How much higher everything is in memory than the file says; nothing if this part of the file is
/// not to be loaded.
std::optional<std::uint64_t> bias_of(Elf* elf, const module& mapped) {
    std::size_t count = 0;
    if (::elf_getphdrnum(elf, &count) != 0) {
        return std::nullopt;
    }
    constexpr std::uint64_t page = 4096;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr part;
        if (::gelf_getphdr(elf, static_cast<int>(i), &part) != nullptr && part.p_type == PT_LOAD &&
            mapped.file_offset >= part.p_offset / page * page &&
            mapped.file_offset < part.p_offset + part.p_filesz) {
            return mapped.begin - mapped.file_offset + part.p_offset - part.p_vaddr;
        }
    }
    return std::nullopt;
}

}  // namespace

void recorded_files::close_files::operator()(Dwfl* open) const noexcept {
    ::dwfl_end(open);
}

recorded_files::recorded_files(const std::vector<module>& modules)
    : files_(::elf_version(EV_CURRENT) == EV_NONE ? nullptr : ::dwfl_begin(&find_files)) {
    if (files_ == nullptr) {
        problems_.emplace_back("no names of functions: libdw does not begin");
        return;
    }
    std::set<std::string_view> known;
    for (const module& each : modules) {
        if (known.insert(each.path).second) {
            add(each);
        }
    }
    ::dwfl_report_end(files_.get(), nullptr, nullptr);
}

recorded_files::~recorded_files() = default;

void recorded_files::add(const module& mapped) {
    const unique_descriptor file = open_regular(mapped.path);
    const std::unique_ptr<Elf, close_elf> elf(
        file ? ::elf_begin(file.get(), ELF_C_READ_MMAP, nullptr) : nullptr);
    if (elf == nullptr) {
        problems_.push_back(mapped.path + ": cannot be read, so its functions have no names");
        return;
    }
    if (mapped.build_id.empty() || build_id_of(elf.get()) != mapped.build_id) {
        problems_.push_back(mapped.path +
                            ": is another file than the one that was recorded, so "
                            "its functions have no names");
        return;
    }
    const auto bias = bias_of(elf.get(), mapped);
    const char* path = mapped.path.c_str();
    if (!bias || ::dwfl_report_elf(files_.get(), path, path, -1, *bias, true) == nullptr) {
        problems_.push_back(mapped.path + ": was not mapped as it says");
    }
}

std::vector<stack_frame> recorded_files::functions_at(std::uint64_t return_address) const {
    return files_ == nullptr ? std::vector<stack_frame>{{return_address, "", "", 0}}
                             : look_up(*files_, return_address, return_address - 1);
}

}  // namespace weft::trace_tool
