// SPDX-License-Identifier: BSL-1.0

#include "process/memories.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "process/process_files.hpp"

namespace weft::trace_tool {
namespace {

/// What the kernel calls a memfd of this name.
const std::string memfd_link = std::string("/memfd:") + trace::memory_name + " (deleted)";

bool begins_with_magic(int fd) noexcept {
    std::uint64_t first = 0;
    return ::pread(fd, &first, sizeof first, 0) == sizeof first && first == trace::magic;
}

/// A runtime that was told to show its fibers in a file has it open under a name of its own.
bool may_be_memory(const std::string& link) {
    if (link == memfd_link) {
        return true;
    }
    struct stat status {};
    return ::stat(link.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           static_cast<std::size_t>(status.st_size) >= trace::page;
}

bool belongs_to(const trace::header& header, pid_t process) {
    const auto ids = own_ids(process);
    return std::find(ids.begin(), ids.end(), header.process) != ids.end() &&
           header.process_started == start_time(process);
}

void take(const descriptor& file, pid_t process, mapped_memory::access access,
          found_memories& into) {
    mapped_memory memory(file.get(), access);
    if (!belongs_to(memory.header(), process)) {
        return;  // inherited from the process that made it, or left by a former one
    }
    if (memory.loop().doing == trace::phase::ended) {
        into.refused.emplace_back("its runtime has ended");
        return;
    }
    into.memories.push_back(std::move(memory));
}

void look_at(const std::string& path, pid_t process, mapped_memory::access access,
             found_memories& into) {
    const auto link = link_target(path);
    if (!link || link->empty() || link->front() != '/' ||
        !may_be_memory(*link == memfd_link ? *link : path)) {
        return;
    }
    const int mode = access == mapped_memory::access::read ? O_RDONLY : O_RDWR;
    const descriptor file(::open(path.c_str(), mode | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0 || (*link != memfd_link && !begins_with_magic(file.get()))) {
        return;
    }
    try {
        take(file, process, access, into);
    } catch (const std::exception& error) {
        into.refused.push_back(*link + ": " + error.what());
    }
}

}  // namespace

descriptor::~descriptor() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

found_memories find_memories(pid_t process, mapped_memory::access access) {
    found_memories found;
    const std::string folder = process_path(process, "fd");
    const auto close = [](DIR* open) { ::closedir(open); };
    const std::unique_ptr<DIR, decltype(close)> entries(::opendir(folder.c_str()), close);
    if (entries == nullptr) {
        found.error = errno;
        return found;
    }
    while (const dirent* entry = ::readdir(entries.get())) {
        look_at(folder + "/" + static_cast<const char*>(entry->d_name), process, access, found);
    }
    return found;
}

}  // namespace weft::trace_tool
