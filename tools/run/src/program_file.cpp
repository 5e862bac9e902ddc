// SPDX-License-Identifier: BSL-1.0
#include "program_file.hpp"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace weft::run_tool {

namespace {

bool is_executable_file(const std::string& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

/// Whether an ELF file asks for a dynamic linker, which is what preloads.
bool has_interpreter(std::ifstream& file, const Elf64_Ehdr& header) {
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        Elf64_Phdr segment{};
        file.seekg(static_cast<std::streamoff>(header.e_phoff + i * header.e_phentsize));
        if (!file.read(reinterpret_cast<char*>(&segment), sizeof segment)) {
            return false;
        }
        if (segment.p_type == PT_INTERP) {
            return true;
        }
    }
    return false;
}

std::string why_not_elf(std::ifstream& file) {
    Elf64_Ehdr header{};
    file.seekg(0);
    if (!file.read(reinterpret_cast<char*>(&header), sizeof header) ||
        std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        return "it is no program for this machine";
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS64) {
        return "it is not a 64-bit program";
    }
    return has_interpreter(file, header) ? "" : "it is statically linked";
}

}  // namespace

std::string find_program(const std::string& program) {
    if (program.find('/') != std::string::npos) {
        return ::access(program.c_str(), F_OK) == 0 ? program : std::string();
    }
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "/bin:/usr/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        std::string file = (folder.empty() ? "." : folder) + "/" + program;
        if (is_executable_file(file)) {
            return file;
        }
    }
    return {};
}

std::string why_not_preloadable(const std::string& file) {
    struct stat about {};
    if (::stat(file.c_str(), &about) == 0 && (about.st_mode & (S_ISUID | S_ISGID)) != 0) {
        return "it is setuid or setgid, and so refuses preloaded libraries";
    }
    std::ifstream content(file, std::ios::binary);
    std::string first(2, '\0');
    if (!content.read(first.data(), 2)) {
        return "it cannot be read";
    }
    if (first != "#!") {
        return why_not_elf(content);
    }
    std::string interpreter;
    content >> interpreter;
    if (interpreter.ends_with("/env")) {  // which starts the program proper, as ever
        return "it is a script that env starts: name its interpreter before it";
    }
    std::ifstream program(interpreter, std::ios::binary);
    const std::string reason = why_not_elf(program);
    return reason.empty() ? "" : "of its interpreter " + interpreter + ": " + reason;
}

}  // namespace weft::run_tool
