// SPDX-License-Identifier: BSL-1.0

#include "closure.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>
#include <utility>

#include "error.hpp"

namespace weft::audit {
namespace {

constexpr std::size_t most_modules = 4096;

/// What the loader loads with one file.
class closure {
public:
    closure(const std::string& file, const library_search& search) : search_(search) {
        add({read_elf_file(file), nullptr});
        for (std::size_t i = 0; i < modules_.size(); ++i) {
            for (const std::string& wanted : modules_[i].file.needed) {
                need(wanted, modules_[i]);
            }
        }
    }

    [[nodiscard]] std::vector<elf_file> take() {
        std::vector<elf_file> files;
        std::transform(modules_.begin(), modules_.end(), std::back_inserter(files),
                       [](module& each) { return std::move(each.file); });
        return files;
    }

private:
    struct module {
        elf_file file;
        const module* loader;  // who wanted it first; null for the first file
    };

    void add(module added) {
        if (modules_.size() == most_modules) {
            throw bad_file(modules_.front().file.path,
                           "needs more than " + std::to_string(most_modules) + " libraries");
        }
        names_.insert(added.file.soname);
        modules_.push_back(std::move(added));
    }

    void need(const std::string& wanted, const module& user) {
        if (!names_.insert(wanted).second) {
            return;
        }
        std::vector<const elf_file*> loaders;
        for (const module* each = &user; each != nullptr; each = each->loader) {
            loaders.push_back(&each->file);
        }
        auto found = search_.find(wanted, loaders);
        if (!found) {
            throw bad_file(user.file.path, "needs " + wanted + ", which cannot be found");
        }
        add({std::move(*found), &user});
    }

    const library_search& search_;
    std::deque<module> modules_;   // in which nothing moves
    std::set<std::string> names_;  // by which something was asked for or calls itself
};

}  // namespace

std::vector<elf_file> load_closures(const std::vector<std::string>& files,
                                    const library_search& search) {
    std::vector<elf_file> all;
    std::set<std::filesystem::path> known;
    for (const std::string& each : files) {
        for (elf_file& found : closure(each, search).take()) {
            if (known.insert(std::filesystem::canonical(found.path)).second) {
                all.push_back(std::move(found));
            }
        }
    }
    return all;
}

}  // namespace weft::audit
