// SPDX-License-Identifier: BSL-1.0

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include "doctor/check.hpp"
#include "error.hpp"

namespace weft::trace_tool {
namespace {

/// A program's file. Whatever it says of itself is checked against its size.
class elf_file {
public:
    /// \throws cannot_attach  if it cannot be read, or is no program for x86-64.
    explicit elf_file(const std::string& path) {
        constexpr std::size_t largest = std::size_t{4} << 30;
        std::ifstream in(path, std::ios::binary | std::ios::ate);
        const auto size = static_cast<std::size_t>(std::max<std::streamoff>(in.tellg(), 0));
        bytes_.resize(std::min(size, largest));
        in.seekg(0);
        in.read(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
        const auto header = at<Elf64_Ehdr>(0);
        if (!in || !header || header->e_ident[EI_CLASS] != ELFCLASS64 ||
            header->e_machine != EM_X86_64) {
            throw cannot_attach(path + " is no program for x86-64", "Name a program or a process.");
        }
        read_sections(*header);
    }

    [[nodiscard]] bool has_section(std::string_view name) const {
        return std::ranges::any_of(sections_, [&](const auto& each) { return each.name == name; });
    }
    [[nodiscard]] bool contains(std::string_view text) const {
        return std::string_view(bytes_).find(text) != std::string_view::npos;
    }

    /// Of functions that are large enough to call others: how many there are, and how many begin
    /// by keeping a frame pointer.
    [[nodiscard]] std::pair<std::size_t, std::size_t> frame_pointers() const {
        std::pair<std::size_t, std::size_t> counted;
        const auto symbols = std::ranges::find(sections_, ".symtab", &section::name);
        if (symbols == sections_.end()) {
            return counted;
        }
        constexpr std::size_t worth_a_look = 48;  // bytes
        for (std::uint64_t i = 0; i < symbols->header.sh_size / sizeof(Elf64_Sym); ++i) {
            const auto symbol = at<Elf64_Sym>(symbols->header.sh_offset + i * sizeof(Elf64_Sym));
            if (symbol && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC &&
                symbol->st_size >= worth_a_look) {
                const auto code = code_at(symbol->st_value);
                counted.first += code.empty() ? 0U : 1U;
                counted.second += keeps_frame_pointer(code) ? 1U : 0U;
            }
        }
        return counted;
    }

private:
    struct section {
        std::string name;
        Elf64_Shdr header;
    };

    template <class Record>
    [[nodiscard]] std::optional<Record> at(std::uint64_t offset) const {
        Record read{};
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof read) {
            return std::nullopt;
        }
        std::memcpy(&read, bytes_.data() + offset, sizeof read);
        return read;
    }

    void read_sections(const Elf64_Ehdr& header) {
        const auto names =
            at<Elf64_Shdr>(header.e_shoff + std::uint64_t{header.e_shstrndx} * sizeof(Elf64_Shdr));
        for (std::uint64_t i = 0; names && i < header.e_shnum; ++i) {
            const auto each = at<Elf64_Shdr>(header.e_shoff + i * sizeof(Elf64_Shdr));
            const auto name = each ? names->sh_offset + each->sh_name : bytes_.size();
            if (name < bytes_.size()) {
                const auto* text = bytes_.data() + name;
                sections_.push_back({{text, ::strnlen(text, bytes_.size() - name)}, *each});
            }
        }
    }

    // The first bytes of the function at this address.
    [[nodiscard]] std::string_view code_at(std::uint64_t address) const {
        constexpr std::size_t wanted = 32;
        for (const auto& each : sections_) {
            const auto& [type, from] = std::pair(each.header.sh_flags, each.header.sh_addr);
            if ((type & SHF_EXECINSTR) != 0 && address >= from &&
                address - from < each.header.sh_size) {
                const auto offset = each.header.sh_offset + (address - from);
                return offset < bytes_.size() ? std::string_view(bytes_).substr(offset, wanted)
                                              : std::string_view();
            }
        }
        return {};
    }

    // `push %rbp` and, other instructions perhaps between them, `mov %rsp, %rbp`.
    static bool keeps_frame_pointer(std::string_view code) {
        constexpr std::string_view move("\x48\x89\xe5", 3);
        const auto push = code.substr(0, 8).find('\x55');
        return push != std::string_view::npos && code.find(move, push) != std::string_view::npos;
    }

    std::string bytes_;
    std::vector<section> sections_;
};

check check_frame_pointers(const elf_file& program) {
    const auto [all, with] = program.frame_pointers();
    if (all == 0) {
        return {"frame pointers", health::limited, "not known: it has no symbols", ""};
    }
    constexpr std::size_t percent = 100;
    constexpr std::size_t enough = 90;
    const auto share = with * percent / all;
    return {"frame pointers", share >= enough ? health::good : health::limited,
            std::to_string(share) + " % of its functions keep one",
            share >= enough ? ""
                            : "Build with -fno-omit-frame-pointer: stacks of recordings end at "
                              "functions without"};
}

}  // namespace

bool is_program(const std::string& path) {
    std::array<char, SELFMAG> first{};
    std::ifstream in(path, std::ios::binary);
    in.read(first.data(), first.size());
    return in && std::memcmp(first.data(), ELFMAG, SELFMAG) == 0;
}

std::vector<check> check_program(const std::string& path) {
    const elf_file program(path);
    const auto has = [&](const char* subject, const char* section, const char* missing,
                         const char* remedy) {
        return program.has_section(section)
                   ? check{subject, health::good, std::string("has ") + section, ""}
                   : check{subject, health::limited, missing, remedy};
    };
    const bool on_weft = program.contains(trace::memory_name) || program.contains("libweft");
    return {on_weft ? check{"weft", health::good, "is in it", ""}
                    : check{"weft", health::bad, "is not in it, as far as can be seen",
                            "Link weft::runtime, or run it under weft-run"},
            has("names of functions", ".symtab", "it is stripped: only exported functions have one",
                "Do not strip it, or keep its debug file beside it"),
            has("files and lines", ".debug_line", "it has no debug information", "Build with -g"),
            has("unwind tables", ".eh_frame", "it has none: no stacks",
                "Build with -fasynchronous-unwind-tables"),
            has("build id", ".note.gnu.build-id",
                "it has none: recordings cannot tell whether a file is the same",
                "Link with -Wl,--build-id"),
            check_frame_pointers(program)};
}

}  // namespace weft::trace_tool
