// SPDX-License-Identifier: BSL-1.0

#include "process/process_files.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace weft::trace_tool {

std::string process_path(pid_t process, const std::string& file) {
    return "/proc/" + std::to_string(process) + "/" + file;
}

std::optional<std::string> read_small_file(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream content;
    if (!file || !(content << file.rdbuf())) {
        return std::nullopt;
    }
    return content.str();
}

std::optional<std::string> link_target(const std::string& path) {
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    if (length < 0) {
        return std::nullopt;
    }
    return std::string(target.data(), static_cast<std::size_t>(length));
}

namespace {

/// A field of proc(5), stat, counted from 1 as there; from the third on.
std::optional<std::string> stat_field(pid_t process, int number) {
    constexpr int first_behind_name = 3;
    const auto content = read_small_file(process_path(process, "stat"));
    const auto name_end = content ? content->rfind(')') : std::string::npos;
    if (name_end == std::string::npos) {
        return std::nullopt;
    }
    std::istringstream fields(content->substr(name_end + 1));
    std::string field;
    for (int i = first_behind_name; i <= number; ++i) {
        fields >> field;
    }
    return fields ? std::optional(field) : std::nullopt;
}

}  // namespace

std::uint64_t start_time(pid_t process) {
    constexpr int field = 22;
    return parse_number(stat_field(process, field).value_or("")).value_or(0);
}

std::optional<int> exit_status(pid_t process) {
    constexpr int state = 3;
    constexpr int status = 52;
    if (stat_field(process, state) != "Z") {
        return std::nullopt;
    }
    const auto number = parse_number(stat_field(process, status).value_or(""));
    return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

std::vector<std::uint32_t> own_ids(pid_t process) {
    std::vector<std::uint32_t> ids{static_cast<std::uint32_t>(process)};
    constexpr std::string_view key = "NSpid:";
    std::istringstream lines(read_small_file(process_path(process, "status")).value_or(""));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(key)) {
            std::istringstream numbers(line.substr(key.size()));
            for (std::uint32_t id = 0; numbers >> id;) {
                ids.push_back(id);
            }
        }
    }
    return ids;
}

std::string owner_of(pid_t process) {
    struct stat status {};
    if (::stat(process_path(process, "").c_str(), &status) != 0) {
        return "nobody";
    }
    const passwd* user = ::getpwuid(status.st_uid);
    return user != nullptr ? user->pw_name : std::to_string(status.st_uid);
}

std::vector<pid_t> all_processes() {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        if (const auto id = parse_number(entry.path().filename().string())) {
            found.push_back(static_cast<pid_t>(*id));
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stopped == end ? std::optional(number) : std::nullopt;
}

}  // namespace weft::trace_tool
