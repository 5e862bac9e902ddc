// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The operations of <filesystem> that block, on the worker pool: same names, same results, same
/// failures (std::filesystem::filesystem_error, naming the paths).
///
/// Every call is a cancellation point before it begins: then nothing has happened. One that has
/// begun is completed and counts; the next blocking call throws cancelled. Whatever is not here:
/// to_thread([&] { return std::filesystem::...; }).

#include <weft/file.hpp>
#include <weft/worker_pool.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace weft::file_system {

using std::filesystem::path;

/// What lies at `where`; links are followed. file_type::not_found if nothing does.
[[nodiscard]] inline std::filesystem::file_status status(const path& where) {
    return to_thread([&] { return std::filesystem::status(where); });
}

[[nodiscard]] inline bool exists(const path& where) {
    return to_thread([&] { return std::filesystem::exists(where); });
}

[[nodiscard]] inline std::uintmax_t file_size(const path& where) {
    return to_thread([&] { return std::filesystem::file_size(where); });
}

[[nodiscard]] inline std::filesystem::file_time_type last_write_time(const path& where) {
    return to_thread([&] { return std::filesystem::last_write_time(where); });
}

/// Gives a file another name; one that had the name before is replaced in the same moment.
inline void rename(const path& from, const path& to) {
    to_thread([&] { std::filesystem::rename(from, to); });
}

/// Removes a file or an empty directory. Returns whether there was one.
inline bool remove(const path& where) {
    return to_thread([&] { return std::filesystem::remove(where); });
}

/// Removes all there is. Returns how many files and directories that was.
inline std::uintmax_t remove_all(const path& where) {
    return to_thread([&] { return std::filesystem::remove_all(where); });
}

/// Returns false if there was a directory already.
inline bool create_directory(const path& where) {
    return to_thread([&] { return std::filesystem::create_directory(where); });
}

/// The same with all that lie above.
inline bool create_directories(const path& where) {
    return to_thread([&] { return std::filesystem::create_directories(where); });
}

inline void resize_file(const path& where, std::uintmax_t size) {
    to_thread([&] { std::filesystem::resize_file(where, size); });
}

inline bool copy_file(const path& from, const path& to,
                      std::filesystem::copy_options options = std::filesystem::copy_options::none) {
    return to_thread([&] { return std::filesystem::copy_file(from, to, options); });
}

inline void create_symlink(const path& target, const path& link) {
    to_thread([&] { std::filesystem::create_symlink(target, link); });
}

[[nodiscard]] inline path read_symlink(const path& link) {
    return to_thread([&] { return std::filesystem::read_symlink(link); });
}

/// All that a file holds.
///
/// \param limit  bytes at most.
/// \throws io_error  naming the path; (std::errc::file_too_large) beyond `limit`.
[[nodiscard]] inline std::string read_file(const path& where,
                                           std::size_t limit = file::default_limit) {
    std::string content;
    file::open(where).read_all(content, limit);
    return content;
}

/// Makes `content` all that a file holds; it is created if it does not exist.
///
/// \throws io_error  naming the path, with the bytes written before.
inline void write_file(const path& where, std::string_view content) {
    auto written = file::open(where, {.write = true, .create = true, .truncate = true});
    written.write_all(std::as_bytes(std::span(content)));
    written.close();
}

}  // namespace weft::file_system
