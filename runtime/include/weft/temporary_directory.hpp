// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string_view>

namespace weft {

/// A new directory that is removed with all it holds when this object ends.
///
/// Threads: only on the thread of its runtime.
class temporary_directory {
public:
    /// \param prefix  what its name begins with.
    /// \param parent  where it is made; the directory for temporary files if empty.
    /// Blocks:        until it was made, which happens on a worker thread.
    /// \throws io_error  naming the path.
    explicit temporary_directory(std::string_view prefix = "weft-",
                                 const std::filesystem::path& parent = {});

    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    /// Removes it, out of reach of cancellation; failures are dropped.
    ~temporary_directory();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
    unsigned made_in_;  // the process, counted in forks; a child does not remove it
};

}  // namespace weft
