// SPDX-License-Identifier: BSL-1.0

#include "library_search.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "error.hpp"

namespace weft::audit {
namespace {

using directories = std::vector<std::filesystem::path>;

constexpr std::array standard_directories{
    "/lib/" WEFT_MULTIARCH, "/usr/lib/" WEFT_MULTIARCH, "/lib64", "/usr/lib64", "/lib", "/usr/lib"};

/// Nothing if a token is left that has a meaning only the loader knows.
std::optional<std::string> with_origin(std::string text, const std::filesystem::path& user) {
    const std::string origin = std::filesystem::absolute(user).parent_path().string();
    for (const std::string_view token : {"${ORIGIN}", "$ORIGIN"}) {
        for (auto at = text.find(token); at != std::string::npos;
             at = text.find(token, at + origin.size())) {
            text.replace(at, token.size(), origin);
        }
    }
    if (text.find('$') != std::string::npos) {
        return std::nullopt;
    }
    return text;
}

/// Appends what a list of directories names. An empty entry is the current directory.
void append(directories& to, std::string_view list, std::string_view separators,
            const std::filesystem::path& user) {
    if (list.empty()) {
        return;
    }
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find_first_of(separators, begin), list.size());
        const auto entry = with_origin(std::string(list.substr(begin, end - begin)), user);
        if (entry) {
            to.emplace_back(entry->empty() ? "." : *entry);
        }
        begin = end + 1;
    }
}

std::optional<elf_file> read_if_it_fits(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        return std::nullopt;
    }
    try {
        return read_elf_file(file);
    } catch (const foreign_file&) {
        return std::nullopt;
    }
}

}  // namespace

library_search::library_search(loader_cache cache, std::string library_path)
    : cache_(std::move(cache)), library_path_(std::move(library_path)) {}

library_search::directories library_search::directories_for(
    const std::vector<const elf_file*>& loaders) const {
    directories all;
    const elf_file& user = *loaders.front();
    if (user.runpath.empty()) {
        for (const elf_file* each : loaders) {
            const std::string_view list = each->rpath;
            append(all, each->runpath.empty() ? list : "", ":", each->path);
        }
    }
    append(all, library_path_, ":;", loaders.back()->path);
    append(all, user.runpath, ":", user.path);
    return all;
}

std::optional<elf_file> library_search::find(const std::string& wanted,
                                             const std::vector<const elf_file*>& loaders) const {
    if (wanted.find('/') != std::string::npos) {
        const auto file = with_origin(wanted, loaders.front()->path);
        return file ? read_if_it_fits(*file) : std::nullopt;
    }
    directories candidates = directories_for(loaders);
    for (std::filesystem::path& each : candidates) {
        each /= wanted;
    }
    for (std::filesystem::path& each : cache_.find(wanted)) {
        candidates.push_back(std::move(each));
    }
    for (const char* each : standard_directories) {
        candidates.push_back(std::filesystem::path(each) / wanted);
    }
    for (const std::filesystem::path& each : candidates) {
        if (auto found = read_if_it_fits(each)) {
            return found;
        }
    }
    return std::nullopt;
}

}  // namespace weft::audit
