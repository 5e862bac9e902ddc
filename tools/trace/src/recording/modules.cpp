// SPDX-License-Identifier: BSL-1.0
#include "recording/modules.hpp"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <libelf.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "process/process_files.hpp"
#include "recording/unique_descriptor.hpp"

namespace weft::trace_tool {

namespace {

std::string read_build_id(const std::string& path) {
    const unique_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file || elf_version(EV_CURRENT) == EV_NONE) {
        return {};
    }
    const std::unique_ptr<Elf, decltype(&elf_end)> elf(
        elf_begin(file.get(), ELF_C_READ_MMAP, nullptr), &elf_end);
    const void* bytes = nullptr;
    const auto size = elf ? dwelf_elf_gnu_build_id(elf.get(), &bytes) : -1;
    return size > 0 ? std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))
                    : std::string();
}

// A line of /proc/PID/maps; `path` stays empty if it is no code of a file.
module parse(const std::string& line) {
    module found;
    std::istringstream in(line);
    std::string permissions;
    std::string device;
    std::string inode;
    char dash = 0;
    in >> std::hex >> found.begin >> dash >> found.end >> permissions >> found.file_offset >>
        device >> inode >> std::ws;
    if (permissions.size() == 4 && permissions[2] == 'x') {
        std::getline(in, found.path);
    }
    return found;
}

}  // namespace

const std::vector<module>& module_list::now() {
    std::ifstream maps(process_path(process_, "maps"));
    std::vector<module> found;
    for (std::string line; std::getline(maps, line);) {
        auto mapped = parse(line);
        if (mapped.path.starts_with('/')) {
            mapped.build_id = build_id(mapped.path);
            found.push_back(std::move(mapped));
        }
    }
    if (!found.empty()) {
        known_ = std::move(found);
    }
    return known_;
}

const std::string& module_list::build_id(const std::string& path) {
    const auto [at, added] = build_ids_.try_emplace(path);
    if (added) {
        at->second = read_build_id(path);
    }
    return at->second;
}

}  // namespace weft::trace_tool
