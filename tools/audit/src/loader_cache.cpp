// SPDX-License-Identifier: BSL-1.0

#include "loader_cache.hpp"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

namespace weft::audit {
namespace {

constexpr std::string_view magic = "glibc-ld.so.cache1.1";

// As ldconfig of glibc writes them, in the byte order of the machine. Source: glibc,
// sysdeps/generic/dl-cache.h.
struct cache_header {
    char magic[20];
    std::uint32_t entries;
    std::uint32_t string_bytes;
    std::uint32_t others[5];
};
static_assert(sizeof(cache_header) == 48);

struct cache_entry {
    std::int32_t flags;
    std::uint32_t name;  // offsets in the file
    std::uint32_t path;
    std::uint32_t system_version;
    std::uint64_t processor;  // not 0: for some processors only
};
static_assert(sizeof(cache_entry) == 24);

template <class Value>
std::optional<Value> value_at(std::string_view bytes, std::size_t offset) {
    if (offset > bytes.size() || sizeof(Value) > bytes.size() - offset) {
        return std::nullopt;
    }
    Value value;
    std::memcpy(&value, bytes.data() + offset, sizeof(Value));
    return value;
}

std::string string_at(std::string_view bytes, std::size_t offset) {
    const std::string_view rest = offset < bytes.size() ? bytes.substr(offset) : std::string_view{};
    return std::string(rest.substr(0, rest.find('\0')));
}

}  // namespace

loader_cache::loader_cache(std::string_view bytes) {
    const auto header = value_at<cache_header>(bytes, 0);
    if (!header || bytes.substr(0, magic.size()) != magic) {
        return;
    }
    for (std::size_t i = 0; i < header->entries; ++i) {
        const auto entry =
            value_at<cache_entry>(bytes, sizeof(cache_header) + i * sizeof(cache_entry));
        if (!entry) {
            break;
        }
        if (entry->processor == 0) {
            files_[string_at(bytes, entry->name)].emplace_back(string_at(bytes, entry->path));
        }
    }
}

loader_cache loader_cache::of_this_machine() {
    std::ifstream file("/etc/ld.so.cache", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return loader_cache(bytes);
}

std::vector<std::filesystem::path> loader_cache::find(const std::string& library) const {
    const auto found = files_.find(library);
    return found != files_.end() ? found->second : std::vector<std::filesystem::path>{};
}

}  // namespace weft::audit
