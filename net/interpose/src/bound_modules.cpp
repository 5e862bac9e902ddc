// SPDX-License-Identifier: BSL-1.0
#include "bound_modules.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace weft::interpose {

namespace {

constexpr std::string_view interposed[] = {
#include "interposed_names.inc"
};

#if defined(__aarch64__)
constexpr std::array slot_kinds = {R_AARCH64_JUMP_SLOT, R_AARCH64_GLOB_DAT};
#else
constexpr std::array slot_kinds = {R_X86_64_JUMP_SLOT, R_X86_64_GLOB_DAT};
#endif

/// The tables of a loaded module by which its calls are bound.
struct relocations {
    const ElfW(Sym) * symbols = nullptr;
    const char* names = nullptr;
    std::span<const ElfW(Rela)> lazy;
    std::span<const ElfW(Rela)> others;
};

/// The loader writes addresses into some tables, and leaves offsets in others.
template <class T>
const T* at(const dl_phdr_info& module, ElfW(Addr) place) {
    return reinterpret_cast<const T*>(place < module.dlpi_addr ? module.dlpi_addr + place : place);
}

relocations relocations_of(const dl_phdr_info& module, const ElfW(Dyn) * entry) {
    relocations found;
    std::size_t lazy_size = 0;
    std::size_t other_size = 0;
    const ElfW(Rela)* lazy = nullptr;
    const ElfW(Rela)* others = nullptr;
    for (; entry->d_tag != DT_NULL; ++entry) {
        switch (entry->d_tag) {
            case DT_SYMTAB: found.symbols = at<ElfW(Sym)>(module, entry->d_un.d_ptr); break;
            case DT_STRTAB: found.names = at<char>(module, entry->d_un.d_ptr); break;
            case DT_JMPREL: lazy = at<ElfW(Rela)>(module, entry->d_un.d_ptr); break;
            case DT_PLTRELSZ: lazy_size = entry->d_un.d_val; break;
            case DT_RELA: others = at<ElfW(Rela)>(module, entry->d_un.d_ptr); break;
            case DT_RELASZ: other_size = entry->d_un.d_val; break;
            default: break;
        }
    }
    found.lazy = {lazy, lazy != nullptr ? lazy_size / sizeof *lazy : 0};
    found.others = {others, others != nullptr ? other_size / sizeof *others : 0};
    return found;
}

const void* base_of(const void* code) {
    Dl_info about{};
    return ::dladdr(code, &about) != 0 ? about.dli_fbase : nullptr;
}

/// Whether a call through the slot comes here. One that was never used is bound at its first use,
/// as a search by name says.
bool leads_here(const void* target, const void* caller, const char* name) {
    const void* const here = base_of(reinterpret_cast<const void*>(&bound_modules));
    const void* module = base_of(target);
    if (module == caller) {
        module = base_of(::dlsym(RTLD_DEFAULT, name));
    }
    // Where a program takes a function's address, that is its own jump to it, which goes by the
    // order of the search, too: this library comes first.
    return module == here || module == caller;
}

void look_at(bound_module& into, const dl_phdr_info& module, const relocations& tables,
             std::span<const ElfW(Rela)> slots) {
    for (const ElfW(Rela) & each : slots) {
        const auto kind = static_cast<int>(ELF64_R_TYPE(each.r_info));
        if (std::find(slot_kinds.begin(), slot_kinds.end(), kind) == slot_kinds.end()) {
            continue;
        }
        const char* name = tables.names + tables.symbols[ELF64_R_SYM(each.r_info)].st_name;
        if (std::find(std::begin(interposed), std::end(interposed), name) == std::end(interposed)) {
            continue;
        }
        const auto slot = module.dlpi_addr + each.r_offset;
        const void* target = *reinterpret_cast<void* const*>(slot);
        if (leads_here(target, base_of(reinterpret_cast<const void*>(slot)), name)) {
            ++into.by_layer;
        } else {
            into.past_layer.emplace_back(name);
        }
    }
}

std::string file_of(const dl_phdr_info& module) {
    if (*module.dlpi_name != '\0') {
        return module.dlpi_name;
    }
    std::array<char, 4096> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "the program";
}

/// The C library calls itself past everybody; this library calls it as it must.
bool is_left_out(const dl_phdr_info& module) {
    const std::string_view file = module.dlpi_name;
    return file.find("/libc.so") != file.npos || file.find("/ld-linux") != file.npos ||
           file.find("linux-vdso") != file.npos || file.find("libweft_interpose") != file.npos;
}

int look_at_module(dl_phdr_info* module, std::size_t, void* into) {
    if (is_left_out(*module)) {
        return 0;
    }
    bound_module found{file_of(*module), 0, {}};
    for (const ElfW(Phdr) & each : std::span(module->dlpi_phdr, module->dlpi_phnum)) {
        if (each.p_type == PT_DYNAMIC) {
            const auto* entries =
                reinterpret_cast<const ElfW(Dyn)*>(module->dlpi_addr + each.p_vaddr);
            const relocations tables = relocations_of(*module, entries);
            look_at(found, *module, tables, tables.lazy);
            look_at(found, *module, tables, tables.others);
        }
    }
    if (found.by_layer != 0 || !found.past_layer.empty()) {
        static_cast<std::vector<bound_module>*>(into)->push_back(std::move(found));
    }
    return 0;
}

}  // namespace

std::vector<bound_module> bound_modules() {
    std::vector<bound_module> all;
    ::dl_iterate_phdr(&look_at_module, &all);
    return all;
}

}  // namespace weft::interpose
