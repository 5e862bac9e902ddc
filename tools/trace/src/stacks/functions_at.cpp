// SPDX-License-Identifier: BSL-1.0

#include "stacks/functions_at.hpp"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#include <cstdlib>
#include <memory>
#include <span>

#include "stacks/demangle.hpp"

namespace weft::trace_tool {
namespace {

struct free_memory {
    void operator()(void* memory) const noexcept { std::free(memory); }
};

const char* attribute_text(Dwarf_Die& of, unsigned name) {
    Dwarf_Attribute attribute;
    return ::dwarf_formstring(::dwarf_attr_integrate(&of, name, &attribute));
}

std::string name_of(Dwarf_Die& function) {
    for (const unsigned attribute : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
        if (const char* linked = attribute_text(function, attribute)) {
            return demangled(linked);
        }
    }
    const char* plain = ::dwarf_diename(&function);
    return plain != nullptr ? plain : "";
}

int number(Dwarf_Die& of, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    return ::dwarf_formudata(::dwarf_attr(&of, name, &attribute), &value) == 0
               ? static_cast<int>(value)
               : 0;
}

/// The file with this number in the unit's table.
std::string file_of(Dwarf_Die& unit, int file) {
    Dwarf_Files* files = nullptr;
    std::size_t count = 0;
    if (::dwarf_getsrcfiles(&unit, &files, &count) != 0 ||
        static_cast<std::size_t>(file) >= count) {
        return {};
    }
    const char* name = ::dwarf_filesrc(files, static_cast<std::size_t>(file), nullptr, nullptr);
    return name != nullptr ? name : "";
}

struct place {
    std::string file;
    int line = 0;
};

place line_at(Dwfl_Module& module, std::uint64_t address) {
    place found;
    if (Dwfl_Line* line = ::dwfl_module_getsrc(&module, address)) {
        const char* file = ::dwfl_lineinfo(line, nullptr, &found.line, nullptr, nullptr, nullptr);
        found.file = file != nullptr ? file : "";
    }
    return found;
}

/// Adds the functions of which the debug information knows that they are at the address.
void add_scopes(std::vector<stack_frame>& onto, Dwfl_Module& module, std::uint64_t shown,
                std::uint64_t inside) {
    Dwarf_Addr bias = 0;
    Dwarf_Die* unit = ::dwfl_module_addrdie(&module, inside, &bias);
    Dwarf_Die* scopes = nullptr;
    const int count = unit == nullptr ? 0 : ::dwarf_getscopes(unit, inside - bias, &scopes);
    const std::unique_ptr<Dwarf_Die, free_memory> owner(scopes);
    place at = line_at(module, inside);
    for (Dwarf_Die& scope : std::span(scopes, static_cast<std::size_t>(std::max(count, 0)))) {
        const int tag = ::dwarf_tag(&scope);
        const bool inlined = tag == DW_TAG_inlined_subroutine;
        if (inlined || tag == DW_TAG_subprogram) {
            onto.push_back({shown, name_of(scope), at.file, at.line, inlined});
            at = {file_of(*unit, number(scope, DW_AT_call_file)), number(scope, DW_AT_call_line)};
        }
        if (tag == DW_TAG_subprogram) {
            return;  // what follows only contains its text
        }
    }
}

}  // namespace

std::vector<stack_frame> look_up(Dwfl& files, std::uint64_t shown, std::uint64_t inside) {
    std::vector<stack_frame> found;
    Dwfl_Module* module = ::dwfl_addrmodule(&files, inside);
    if (module != nullptr) {
        add_scopes(found, *module, shown, inside);
    }
    if (found.empty() || found.back().function.empty()) {
        const char* name = module == nullptr ? nullptr : ::dwfl_module_addrname(module, inside);
        const place at = module == nullptr ? place{} : line_at(*module, inside);
        found.push_back({shown, name == nullptr ? "" : demangled(name), at.file, at.line});
    }
    return found;
}

}  // namespace weft::trace_tool
