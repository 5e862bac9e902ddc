// SPDX-License-Identifier: BSL-1.0

#include "elf_file.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "elf_handle.hpp"

namespace weft::audit {
namespace {

/// The library of each version number that imports carry.
using version_sources = std::map<unsigned, std::string>;

void read_dynamic_entry(const elf_handle& elf, const GElf_Dyn& entry, std::size_t strings,
                        elf_file& file) {
    switch (entry.d_tag) {
        case DT_NEEDED: file.needed.push_back(elf.string(strings, entry.d_un.d_val)); break;
        case DT_SONAME: file.soname = elf.string(strings, entry.d_un.d_val); break;
        case DT_RPATH: file.rpath = elf.string(strings, entry.d_un.d_val); break;
        case DT_RUNPATH: file.runpath = elf.string(strings, entry.d_un.d_val); break;
        default: break;
    }
}

/// \returns whether the file says that it is a program that may lie anywhere.
bool read_dynamic(const elf_handle& elf, const elf_handle::section& dynamic, elf_file& file) {
    Elf_Data* content = elf.content(dynamic);
    bool position_independent_program = false;
    const std::size_t count = elf.count(*content, ELF_T_DYN);
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Dyn entry;
        if (::gelf_getdyn(content, static_cast<int>(i), &entry) == nullptr) {
            elf.fail_damaged("section .dynamic");
        }
        if (entry.d_tag == DT_NULL) {
            break;
        }
        if (entry.d_tag == DT_FLAGS_1) {
            position_independent_program = (entry.d_un.d_val & DF_1_PIE) != 0;
        }
        read_dynamic_entry(elf, entry, dynamic.header.sh_link, file);
    }
    return position_independent_program;
}

void read_versions_of(const elf_handle& elf, Elf_Data* content, int offset,
                      const GElf_Verneed& need, const std::string& library,
                      version_sources& sources) {
    for (unsigned left = need.vn_cnt; left > 0; --left) {
        GElf_Vernaux version;
        if (::gelf_getvernaux(content, offset, &version) == nullptr) {
            elf.fail_damaged("versions of symbols");
        }
        sources[version.vna_other] = library;
        if (version.vna_next == 0 || version.vna_next > content->d_size) {
            break;
        }
        offset += static_cast<int>(version.vna_next);
    }
}

version_sources read_version_sources(const elf_handle& elf) {
    version_sources sources;
    const elf_handle::section* found = elf.find(SHT_GNU_verneed);
    if (found == nullptr) {
        return sources;
    }
    Elf_Data* content = elf.content(*found);
    int offset = 0;
    for (auto left = found->header.sh_info; left > 0; --left) {
        GElf_Verneed need;
        if (::gelf_getverneed(content, offset, &need) == nullptr || need.vn_aux > content->d_size) {
            elf.fail_damaged("versions of symbols");
        }
        read_versions_of(elf, content, offset + static_cast<int>(need.vn_aux), need,
                         elf.string(found->header.sh_link, need.vn_file), sources);
        if (need.vn_next == 0 || need.vn_next > content->d_size) {
            break;
        }
        offset += static_cast<int>(need.vn_next);
    }
    return sources;
}

bool may_be_function(const GElf_Sym& symbol) noexcept {
    const auto type = GELF_ST_TYPE(symbol.st_info);
    return type == STT_FUNC || type == STT_NOTYPE || type == STT_GNU_IFUNC;
}

std::string source_of(const elf_handle& elf, Elf_Data* versions, std::size_t index,
                      const version_sources& sources) {
    if (versions == nullptr) {
        return {};
    }
    GElf_Versym number = 0;
    if (::gelf_getversym(versions, static_cast<int>(index), &number) == nullptr) {
        elf.fail_damaged("versions of symbols");
    }
    const auto found = sources.find(number & 0x7FFFU);  // the top bit says: hidden
    return found != sources.end() ? found->second : std::string{};
}

void read_symbols(const elf_handle& elf, elf_file& file) {
    const elf_handle::section* table = elf.find(SHT_DYNSYM);
    if (table == nullptr) {
        return;
    }
    const version_sources sources = read_version_sources(elf);
    const elf_handle::section* numbers = elf.find(SHT_GNU_versym);
    Elf_Data* versions = numbers != nullptr ? elf.content(*numbers) : nullptr;
    Elf_Data* content = elf.content(*table);
    const std::size_t count = elf.count(*content, ELF_T_SYM);
    for (std::size_t i = 1; i < count; ++i) {
        GElf_Sym symbol;
        if (::gelf_getsym(content, static_cast<int>(i), &symbol) == nullptr) {
            elf.fail_damaged("section .dynsym");
        }
        if (!may_be_function(symbol)) {
            continue;
        }
        std::string name = elf.string(table->header.sh_link, symbol.st_name);
        if (symbol.st_shndx == SHN_UNDEF) {
            file.imports.push_back({std::move(name), source_of(elf, versions, i, sources)});
        } else if (GELF_ST_BIND(symbol.st_info) != STB_LOCAL) {
            file.exports.push_back(std::move(name));
        }
    }
}

std::string text_of(const elf_handle& elf, std::string_view section_name) {
    const elf_handle::section* found = elf.find(section_name);
    if (found == nullptr || found->header.sh_type != SHT_PROGBITS || found->header.sh_size == 0) {
        return {};
    }
    const Elf_Data* content = elf.content(*found);
    return {static_cast<const char*>(content->d_buf), content->d_size};
}

void read_origin(const elf_handle& elf, elf_file& file) {
    file.made_by_go =
        elf.find(".go.buildinfo") != nullptr || elf.find(".note.go.buildid") != nullptr;
    file.made_by_rust = text_of(elf, ".comment").find("rustc version") != std::string::npos;
}

}  // namespace

elf_file read_elf_file(const std::filesystem::path& path) {
    const elf_handle elf(path);
    elf_file file;
    file.path = path;
    file.is_setuid = elf.is_setuid();
    const std::string interpreter = text_of(elf, ".interp");
    file.interpreter = interpreter.substr(0, interpreter.find('\0'));
    const auto& segments = elf.segments();
    const bool has_dynamic_segment =
        std::any_of(segments.begin(), segments.end(),
                    [](const GElf_Phdr& each) { return each.p_type == PT_DYNAMIC; });
    const elf_handle::section* dynamic = elf.find(SHT_DYNAMIC);
    if (has_dynamic_segment != (dynamic != nullptr)) {
        elf.fail_damaged("sections and segments disagree about .dynamic");
    }
    const bool is_program = dynamic == nullptr || read_dynamic(elf, *dynamic, file);
    file.is_static = is_program && file.interpreter.empty() && file.needed.empty();
    read_symbols(elf, file);
    read_origin(elf, file);
    return file;
}

}  // namespace weft::audit
