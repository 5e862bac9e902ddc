// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/unique_fd.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

namespace weft {

/// How a file is opened.
struct open_options {
    bool write = false;           ///< for writing, too
    bool create = false;          ///< if it does not exist; needs `write`
    bool exclusive = false;       ///< only if it does not exist; needs `create`
    bool truncate = false;        ///< to length 0; needs `write`
    bool append = false;          ///< every write goes to the end; needs `write`
    unsigned permissions = 0666;  ///< of a file that is created, less the umask
};

/// A file on a disk. What can block happens on the worker pool, in pieces of at most 1 MiB.
///
/// Every call is a cancellation point before it begins: then nothing has happened. A call, or
/// piece of one, that has begun is completed and counts; the next one throws cancelled.
/// Failures are io_error naming the path, with the system's code and the bytes moved before.
/// Destroying the object closes it, out of reach of cancellation, and drops the failure.
/// Threads: only on the thread of its runtime.
class file {
public:
    /// What read_all() takes at most unless told otherwise.
    static constexpr std::size_t default_limit = std::size_t{64} << 20;

    /// \throws io_error; usage_error  for options that contradict each other.
    static file open(const std::filesystem::path& path, open_options options = {});

    /// A new file without a name, which ends with this object.
    ///
    /// \param directory  decides on which disk; that for temporary files if empty.
    static file temporary(const std::filesystem::path& directory = {});

    file(file&& other) noexcept = default;
    file& operator=(file&& other) noexcept;
    ~file();

    /// Reads at the position of the file and moves it on. Returns how much was read, which may be
    /// less than asked for; 0 at the end.
    [[nodiscard]] std::size_t read_some(std::span<std::byte> into);

    /// Appends what lies between the position and the end to `into`.
    ///
    /// \param limit  bytes at most; with more, as many are appended and io_error
    ///               (std::errc::file_too_large) is thrown.
    void read_all(std::string& into, std::size_t limit = default_limit);

    /// Writes all bytes at the position of the file, or at its end, and moves the position on.
    void write_all(std::span<const std::byte> from);

    /// The same at a given place; the position stays.
    [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::byte> into);
    void write_at(std::uint64_t offset, std::span<const std::byte> from);

    /// Moves the position. Never blocks.
    void seek(std::uint64_t offset);

    [[nodiscard]] std::uint64_t size();
    void resize(std::uint64_t size);

    /// Waits until all that was written is on the disk; `sync_data` leaves out what only
    /// concerns times. Source: fsync(2), fdatasync(2).
    void sync();
    void sync_data();

    /// Closes the file and tells whether that failed. Idempotent.
    ///
    /// Cancellation: held back.
    void close();

    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(fd_); }

    /// The descriptor, which stays the file's; -1 when closed.
    [[nodiscard]] int native() const noexcept { return fd_.get(); }

private:
    file(unique_fd opened, std::string path) noexcept
        : fd_(std::move(opened)), path_(std::move(path)) {}

    template <class Call>
    std::uint64_t perform(const char* what, Call call, std::size_t moved_before = 0);
    template <class Call>
    void write_pieces(std::span<const std::byte> from, Call call);

    unique_fd fd_;
    std::string path_;
};

}  // namespace weft
