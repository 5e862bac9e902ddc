// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

namespace weft::interpose {

/// What tells one content of a file from another; all zero: there is no such file.
struct file_version {
    ino_t inode = 0;
    off_t size = 0;
    time_t seconds = 0;
    long nanoseconds = 0;
    bool operator==(const file_version&) const = default;
};

[[nodiscard]] inline file_version version_of(const char* path) noexcept {
    struct stat found {};
    if (::stat(path, &found) != 0) {
        return {};
    }
    return {found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

}  // namespace weft::interpose
