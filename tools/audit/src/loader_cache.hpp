// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weft::audit {

/// Where the libraries lie that ldconfig knows of.
class loader_cache {
public:
    /// Knows nothing.
    loader_cache() = default;

    /// \param bytes  of a cache file. One of an unknown format is taken for empty, as the loader
    ///               does; what is cut short ends where it does.
    explicit loader_cache(std::string_view bytes);

    /// That of this machine; empty if there is none.
    static loader_cache of_this_machine();

    /// The files that may be the library, best first.
    [[nodiscard]] std::vector<std::filesystem::path> find(const std::string& library) const;

private:
    std::unordered_map<std::string, std::vector<std::filesystem::path>> files_;
};

}  // namespace weft::audit
