// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elf_file.hpp"
#include "loader_cache.hpp"

namespace weft::audit {

/// Finds libraries where the loader of glibc does: DT_RPATH of those that load (unless the first of
/// them has a DT_RUNPATH), LD_LIBRARY_PATH, DT_RUNPATH, the cache, the standard directories. Of the
/// tokens in paths $ORIGIN is known; entries with others are passed over, and so are directories
/// for certain processors (glibc-hwcaps).
///
/// Source: ld.so(8).
class library_search {
public:
    /// \param library_path  what LD_LIBRARY_PATH says.
    library_search(loader_cache cache, std::string library_path);

    /// \param wanted   as DT_NEEDED names it: a path if there is a slash in it.
    /// \param loaders  who wants it, who wanted that one, and so on up to the program.
    /// \returns nothing if there is no such file for this machine.
    /// \throws bad_file  if the loader would stop at a damaged file.
    [[nodiscard]] std::optional<elf_file> find(const std::string& wanted,
                                               const std::vector<const elf_file*>& loaders) const;

private:
    using directories = std::vector<std::filesystem::path>;

    [[nodiscard]] directories directories_for(const std::vector<const elf_file*>& loaders) const;

    loader_cache cache_;
    std::string library_path_;
};

}  // namespace weft::audit
