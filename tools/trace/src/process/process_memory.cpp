// SPDX-License-Identifier: BSL-1.0

#include "process/process_memory.hpp"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "process/core_file.hpp"
#include "process/memories.hpp"
#include "process/process_files.hpp"

namespace weft::trace_tool {
namespace {

constexpr std::uint64_t page_size = 4096;

std::optional<mapping> parse_mapping(const std::string& line) {
    mapping parsed{};
    std::array<char, 5> rights{};
    int name = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx %4s %lx %*s %*s %n", &parsed.begin, &parsed.end,
                    rights.data(), &parsed.offset, &name) != 4) {
        return std::nullopt;
    }
    parsed.writable = rights[1] == 'w';
    parsed.file = line.substr(static_cast<std::size_t>(name));
    return parsed;
}

std::vector<mapping> read_mappings(pid_t process) {
    std::vector<mapping> found;
    std::istringstream lines(read_small_file(process_path(process, "maps")).value_or(""));
    for (std::string line; std::getline(lines, line);) {
        if (auto parsed = parse_mapping(line)) {
            found.push_back(std::move(*parsed));
        }
    }
    return found;
}

ssize_t read_process(pid_t process, std::uint64_t address, std::span<std::byte> into) {
    iovec local{into.data(), into.size()};
    iovec remote{reinterpret_cast<void*>(address), into.size()};
    return ::process_vm_readv(process, &local, 1, &remote, 1, 0);
}

}  // namespace

process_memory::process_memory(pid_t process) : process_(process) {
    if (process_ == 0) {
        denied_ = ESRCH;
        return;
    }
    mappings_ = read_mappings(process);
    std::array<std::byte, 1> probe{};
    if (!mappings_.empty() && read_process(process, mappings_.front().begin, probe) < 0 &&
        errno != EFAULT) {
        denied_ = errno;
    } else if (mappings_.empty()) {
        denied_ = EPERM;
    }
}

process_memory::process_memory(const core_file& core, std::string exe)
    : core_(&core), exe_(std::move(exe)), mappings_(core.mappings()) {}

// Of the process itself, whose root may be another one.
std::string process_memory::path_of(const mapping& from) const {
    if (core_ == nullptr) {
        return process_path(process_, "root") + from.file;
    }
    const auto name = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
    return name(from.file) == name(exe_) ? exe_ : from.file;
}

const mapping* process_memory::mapping_of(std::uint64_t address) const {
    const auto after = std::upper_bound(
        mappings_.begin(), mappings_.end(), address,
        [](std::uint64_t wanted, const mapping& each) { return wanted < each.begin; });
    if (after == mappings_.begin() || address >= std::prev(after)->end) {
        return nullptr;
    }
    return &*std::prev(after);
}

std::size_t process_memory::read_file(std::uint64_t address, std::span<std::byte> into) const {
    const mapping* from = mapping_of(address);
    if (from == nullptr || from->writable || !from->file.starts_with('/')) {
        return 0;
    }
    const std::string path = path_of(*from);
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    const std::size_t length = std::min<std::uint64_t>(into.size(), from->end - address);
    const ssize_t got = ::pread(file.get(), into.data(), length,
                                static_cast<off_t>(address - from->begin + from->offset));
    return got < 0 ? 0 : static_cast<std::size_t>(got);
}

std::size_t process_memory::read_some(std::uint64_t address, std::span<std::byte> into) const {
    if (core_ != nullptr) {
        const std::size_t got = core_->read(address, into);
        return got != 0 ? got : read_file(address, into);
    }
    if (denied_ == 0) {
        const ssize_t got = read_process(process_, address, into);
        return got < 0 ? 0 : static_cast<std::size_t>(got);
    }
    return read_file(address, into);
}

bool process_memory::read(std::uint64_t address, std::span<std::byte> into) const {
    return read_some(address, into) == into.size();
}

std::optional<std::uint64_t> process_memory::word(std::uint64_t address) const {
    std::array<std::byte, 8> bytes{};
    if (!read(address, bytes)) {
        return std::nullopt;
    }
    return std::bit_cast<std::uint64_t>(bytes);
}

const std::string& process_memory::constant_string(std::uint64_t address) {
    const auto [found, added] = strings_.try_emplace(address);
    if (!added || address == 0) {
        return found->second;
    }
    constexpr std::size_t longest = 4096;
    std::string text;
    while (text.size() < longest) {
        std::array<std::byte, page_size> part{};
        const std::uint64_t at = address + text.size();
        const std::size_t size = read_some(at, std::span(part).first(page_size - at % page_size));
        const auto* begin = reinterpret_cast<const char*>(part.data());
        const std::size_t length = ::strnlen(begin, size);
        text.append(begin, length);
        if (length < size) {
            found->second = std::move(text);
            break;
        }
        if (size == 0) {
            break;
        }
    }
    return found->second;
}

}  // namespace weft::trace_tool
