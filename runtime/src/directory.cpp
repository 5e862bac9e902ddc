// SPDX-License-Identifier: BSL-1.0
#include <weft/directory.hpp>

#include <weft/worker_pool.hpp>

#include <algorithm>
#include <utility>

namespace weft {

namespace {

constexpr std::size_t entries_at_once = 256;

}  // namespace

directory::directory(const std::filesystem::path& path)
    : at_(to_thread([&] { return std::make_unique<std::filesystem::directory_iterator>(path); })) {}

directory::~directory() = default;

std::optional<directory_item> directory::next() {
    if (fetched_.empty()) {
        fetch();
    }
    if (fetched_.empty()) {
        return std::nullopt;
    }
    auto item = std::move(fetched_.back());
    fetched_.pop_back();
    return item;
}

void directory::fetch() {
    fetched_ = to_thread([this] {
        std::vector<directory_item> items;
        for (; items.size() < entries_at_once && *at_ != std::filesystem::directory_iterator();
             ++*at_) {
            items.push_back({(*at_)->path(), (*at_)->symlink_status().type()});
        }
        std::ranges::reverse(items);
        return items;
    });
}

}  // namespace weft
