// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

namespace weft {

/// What a directory holds under one name.
struct directory_item {
    std::filesystem::path path;  ///< the directory's path and the name
    std::filesystem::file_type type = std::filesystem::file_type::none;  ///< links not followed
};

/// Goes through a directory, read on the worker pool 256 items at a time:
/// `for (const auto& item : directory("/tmp"))`. "." and ".." are left out; the order is any.
///
/// Cancellation: before each piece; no item is lost, next() goes on where it was.
/// Threads: only on the thread of its runtime.
class directory {
public:
    /// \throws std::filesystem::filesystem_error  naming the path.
    explicit directory(const std::filesystem::path& path);

    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;
    ~directory();

    /// The next item; nothing at the end.
    ///
    /// \throws std::filesystem::filesystem_error  naming the path.
    [[nodiscard]] std::optional<directory_item> next();

    class iterator {
    public:
        using value_type = directory_item;
        using difference_type = std::ptrdiff_t;

        explicit iterator(directory& from) : from_(&from), current_(from.next()) {}
        const directory_item& operator*() const noexcept { return *current_; }
        const directory_item* operator->() const noexcept { return &*current_; }
        iterator& operator++() {
            current_ = from_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return !current_; }

    private:
        directory* from_;
        std::optional<directory_item> current_;
    };

    [[nodiscard]] iterator begin() { return iterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    void fetch();

    std::unique_ptr<std::filesystem::directory_iterator> at_;
    std::vector<directory_item> fetched_;  // in reverse
};

}  // namespace weft
