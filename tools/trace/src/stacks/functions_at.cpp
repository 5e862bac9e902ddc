// SPDX-License-Identifier: BSL-1.0

#include "stacks/functions_at.hpp"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

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

/// Scopes, innermost first.
class scope_list {
public:
    /// The scope and what contains it.
    explicit scope_list(Dwarf_Die scope) : count_(::dwarf_getscopes_die(&scope, &scopes_)) {}

    /// What contains an address, of the unit of a compiler. Of the function in which an inlined one
    /// was put; what libdw itself says contains an inlined function is what contains its text.
    scope_list(Dwarf_Die& unit, Dwarf_Addr address)
        : count_(::dwarf_getscopes(&unit, address, &scopes_)) {
        if (count_ > 0) {
            const std::unique_ptr<Dwarf_Die, free_memory> innermost(
                std::exchange(scopes_, nullptr));
            count_ = ::dwarf_getscopes_die(innermost.get(), &scopes_);
        }
    }

    scope_list(const scope_list&) = delete;
    scope_list& operator=(const scope_list&) = delete;
    ~scope_list() { free_memory{}(scopes_); }

    [[nodiscard]] std::span<Dwarf_Die> all() const noexcept {
        return {scopes_, static_cast<std::size_t>(std::max(count_, 0))};
    }

private:
    Dwarf_Die* scopes_ = nullptr;
    int count_;
};

/// Where a function is declared, of one that was inlined or is defined elsewhere.
Dwarf_Die declaration_of(Dwarf_Die of) {
    constexpr int most = 8;
    for (int i = 0; i < most; ++i) {
        Dwarf_Attribute attribute;
        Dwarf_Die next;
        if (::dwarf_formref_die(::dwarf_attr(&of, DW_AT_abstract_origin, &attribute), &next) ==
                nullptr &&
            ::dwarf_formref_die(::dwarf_attr(&of, DW_AT_specification, &attribute), &next) ==
                nullptr) {
            break;
        }
        of = next;
    }
    return of;
}

std::string plain_name(Dwarf_Die& of) {
    const char* name = ::dwarf_diename(&of);
    const std::string_view text = name != nullptr ? name : "";
    if (::dwarf_tag(&of) == DW_TAG_namespace) {
        return text.empty() ? "(anonymous namespace)" : std::string(text);
    }
    return text.empty() || text.starts_with("<lambda") ? "{lambda}" : std::string(text);
}

bool has_name_in_source(Dwarf_Die& scope) {
    switch (::dwarf_tag(&scope)) {
        case DW_TAG_subprogram:
        case DW_TAG_class_type:
        case DW_TAG_structure_type:
        case DW_TAG_union_type:
        case DW_TAG_namespace: return true;
        default: return false;
    }
}

/// The function, class or namespace around this one; nothing outside of all.
std::optional<Dwarf_Die> around(Dwarf_Die& declared) {
    const scope_list scopes(declared);
    for (std::size_t i = 1; i < scopes.all().size(); ++i) {
        if (has_name_in_source(scopes.all()[i])) {
            return declaration_of(scopes.all()[i]);  // a function has its own elsewhere
        }
    }
    return std::nullopt;
}

/// With the classes, functions and namespaces around it.
std::string qualified_name(Dwarf_Die& function) {
    constexpr int deepest = 32;
    Dwarf_Die declared = declaration_of(function);
    std::string name = plain_name(declared);
    for (int i = 0; i < deepest; ++i) {
        const auto outer = around(declared);
        if (!outer) {
            break;
        }
        declared = *outer;
        name.insert(0, plain_name(declared) + "::");
    }
    return name;
}

std::string name_of(Dwarf_Die& function) {
    for (const unsigned attribute : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
        if (const char* linked = attribute_text(function, attribute)) {
            return demangled(linked);
        }
    }
    return ::dwarf_diename(&function) == nullptr ? std::string() : qualified_name(function);
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
    if (unit == nullptr) {
        return;
    }
    place at = line_at(module, inside);
    const scope_list scopes(*unit, inside - bias);
    for (Dwarf_Die& scope : scopes.all()) {
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
