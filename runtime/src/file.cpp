// SPDX-License-Identifier: BSL-1.0
#include <weft/file.hpp>

#include <weft/error.hpp>
#include <weft/worker_pool.hpp>

#include "scheduler.hpp"
#include "system_failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace weft {

namespace {

constexpr std::size_t most_at_once = std::size_t{1} << 20;

/// A system call until it is not interrupted, on a worker: the one place where files block. A
/// reactor that knows files takes over here.
template <class Call>
std::uint64_t on_worker(const std::string& what, std::size_t moved_before, Call call) {
    return to_thread([&] {
        for (;;) {
            const auto result = call();
            if (result >= 0) {
                return static_cast<std::uint64_t>(result);
            }
            if (errno != EINTR) {
                detail::throw_errno(what, moved_before);
            }
        }
    });
}

int flags_of(const open_options& options) {
    if (options.exclusive && !options.create) {
        throw usage_error("file: exclusive needs create");
    }
    if (!options.write && (options.create || options.truncate || options.append)) {
        throw usage_error("file: create, truncate and append need write");
    }
    return O_CLOEXEC | (options.write ? O_RDWR : O_RDONLY) | (options.create ? O_CREAT : 0) |
           (options.exclusive ? O_EXCL : 0) | (options.truncate ? O_TRUNC : 0) |
           (options.append ? O_APPEND : 0);
}

off_t offset_of(std::uint64_t offset) {
    if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) {
        throw usage_error("file: no file reaches to " + std::to_string(offset));
    }
    return static_cast<off_t>(offset);
}

/// Without O_TMPFILE, which not every file system knows: a name for a moment.
int open_and_unlink(const std::string& directory) {
    std::string name = directory + "/weft-XXXXXX";
    const int made = ::mkostemp(name.data(), O_CLOEXEC);
    if (made >= 0) {
        ::unlink(name.c_str());
    }
    return made;
}

}  // namespace

template <class Call>
std::uint64_t file::perform(const char* what, Call call, std::size_t moved_before) {
    return on_worker("file '" + path_ + "': " + what, moved_before, call);
}

template <class Call>
void file::write_pieces(std::span<const std::byte> from, Call call) {
    std::size_t written = 0;
    while (written < from.size()) {
        const auto next = from.subspan(written, std::min(most_at_once, from.size() - written));
        written += perform(
            "write", [&] { return call(next, written); }, written);
    }
}

file file::open(const std::filesystem::path& path, open_options options) {
    const int flags = flags_of(options);
    const auto opened = on_worker("file '" + path.string() + "': open", 0,
                                  [&] { return ::open(path.c_str(), flags, options.permissions); });
    return file(unique_fd(static_cast<int>(opened)), path.string());
}

file file::temporary(const std::filesystem::path& directory) {
    const std::string where =
        (directory.empty() ? std::filesystem::temp_directory_path() : directory).string();
    const auto opened = on_worker("temporary file in '" + where + "'", 0, [&] {
        const int made = ::open(where.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        return made >= 0 || (errno != EOPNOTSUPP && errno != EISDIR) ? made
                                                                     : open_and_unlink(where);
    });
    return file(unique_fd(static_cast<int>(opened)), where + "/(temporary)");
}

file& file::operator=(file&& other) noexcept {
    file old(std::move(*this));
    fd_ = std::move(other.fd_);
    path_ = std::move(other.path_);
    return *this;
}

file::~file() {
    if (!fd_) {
        return;
    }
    try {
        close();
    } catch (...) {  // nobody can be told; without a fiber unique_fd closes it
    }
}

std::size_t file::read_some(std::span<std::byte> into) {
    return perform("read", [&] {
        return ::read(fd_.get(), into.data(), std::min(into.size(), most_at_once));
    });
}

void file::read_all(std::string& into, std::size_t limit) {
    for (std::size_t left = limit;;) {
        const auto before = into.size();
        into.resize(before + std::min(left, most_at_once - 1) +
                    1);  // one more shows what is too much
        std::size_t count = 0;
        try {
            count = read_some(std::as_writable_bytes(std::span(into)).subspan(before));
        } catch (...) {
            into.resize(before);
            throw;
        }
        into.resize(before + std::min(count, left));
        if (count > left) {
            throw io_error(std::make_error_code(std::errc::file_too_large),
                           "file '" + path_ + "': more than " + std::to_string(limit) + " bytes",
                           limit);
        }
        if (count == 0) {
            return;
        }
        left -= count;
    }
}

void file::write_all(std::span<const std::byte> from) {
    write_pieces(from, [this](std::span<const std::byte> next, std::size_t) {
        return ::write(fd_.get(), next.data(), next.size());
    });
}

std::size_t file::read_at(std::uint64_t offset, std::span<std::byte> into) {
    const off_t from = offset_of(offset);
    return perform("read", [&] {
        return ::pread(fd_.get(), into.data(), std::min(into.size(), most_at_once), from);
    });
}

void file::write_at(std::uint64_t offset, std::span<const std::byte> from) {
    offset_of(offset + from.size());
    const off_t begin = offset_of(offset);
    write_pieces(from, [&](std::span<const std::byte> next, std::size_t written) {
        return ::pwrite(fd_.get(), next.data(), next.size(), begin + static_cast<off_t>(written));
    });
}

void file::seek(std::uint64_t offset) {
    if (::lseek(fd_.get(), offset_of(offset), SEEK_SET) < 0) {
        const int error = errno;
        detail::throw_system(error, "file '" + path_ + "': seek");
    }
}

std::uint64_t file::size() {
    struct stat found {};
    perform("stat", [&] { return ::fstat(fd_.get(), &found); });
    return static_cast<std::uint64_t>(found.st_size);
}

void file::resize(std::uint64_t size) {
    const off_t wanted = offset_of(size);
    perform("resize", [&] { return ::ftruncate(fd_.get(), wanted); });
}

void file::sync() {
    perform("sync", [&] { return ::fsync(fd_.get()); });
}

void file::sync_data() {
    perform("sync", [&] { return ::fdatasync(fd_.get()); });
}

void file::close() {
    if (!fd_) {
        return;
    }
    detail::require_fiber("file");
    detail::run_shielded([&] {
        // After EINTR the descriptor is closed all the same. Source: close(2).
        perform("close", [this] {
            const int result = ::close(fd_.release());
            return result != 0 && errno == EINTR ? 0 : result;
        });
    });
}

}  // namespace weft
