// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace weft::audit {

/// A file cannot be judged: it is missing, damaged or not what the loader would load. Ends the tool
/// with exit code 2.
class bad_file : public std::runtime_error {
public:
    bad_file(const std::filesystem::path& file, const std::string& problem)
        : std::runtime_error(file.string() + ": " + problem) {}
};

/// The file may be fine, but is for another machine. The loader passes over such libraries.
class foreign_file : public bad_file {
public:
    using bad_file::bad_file;
};

}  // namespace weft::audit
