// SPDX-License-Identifier: BSL-1.0
#include "descriptor_list.hpp"

#include <filesystem>
#include <system_error>

namespace weft::testing::detail {

std::map<int, std::string> open_descriptors() {
    std::map<int, std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;  // that of the listing itself
        const auto target = std::filesystem::read_symlink(entry, gone);
        if (!gone) {
            found.emplace(std::stoi(entry.path().filename()), target.string());
        }
    }
    std::erase_if(found, [](const auto& each) { return each.second.ends_with("/fd"); });
    return found;
}

std::string opened_since(const std::map<int, std::string>& before,
                         const std::map<int, std::string>& now) {
    std::string lines;
    for (const auto& [number, target] : now) {
        const auto known = before.find(number);
        if (known == before.end() || known->second != target) {
            lines += "  descriptor " + std::to_string(number) + ": " + target + "\n";
        }
    }
    return lines;
}

}  // namespace weft::testing::detail
