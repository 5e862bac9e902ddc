// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace weft::audit {

/// A function that a file wants from another one.
struct imported_function {
    std::string name;
    std::string library;  ///< from which the symbol's version comes; empty if it has none
};

/// What the loader and the auditor know of a program or library.
struct elf_file {
    std::filesystem::path path;
    std::string soname;       ///< empty if it has none
    std::string interpreter;  ///< the loader that a program asks for; empty in libraries
    bool is_static = false;   ///< a program that no loader loads
    bool is_setuid = false;   ///< or setgid
    bool made_by_rust = false;
    bool made_by_go = false;
    std::vector<std::string> needed;
    std::string rpath;  ///< as it stands there: a list with tokens
    std::string runpath;
    std::vector<imported_function> imports;
    std::vector<std::string> exports;  ///< of functions
};

/// Reads an ELF program or shared library of this machine.
///
/// \throws foreign_file  if it is for another machine.
/// \throws bad_file      if it is no such file, cannot be read, is damaged or cut short.
[[nodiscard]] elf_file read_elf_file(const std::filesystem::path& path);

}  // namespace weft::audit
