// SPDX-License-Identifier: BSL-1.0

#include "judge.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace weft::audit {
namespace {

constexpr judgement static_program{verdict::blocks,
                                   "nothing in it can be replaced: it contains its C library",
                                   "link it dynamically, or link weft::interpose into it"};
constexpr judgement other_c_library{
    verdict::blocks, "its C library is not that of GNU, so the layer cannot be loaded into it",
    "build it for glibc"};
constexpr judgement go_runtime{
    verdict::unsafe,
    "has threads, stacks and signal handlers of its own and makes system calls itself",
    "keep it in a process of its own"};
constexpr judgement rust_locks{
    verdict::noted,
    "locks, parking and channels of Rust wait by futex, which the layer does not see",
    "let no fiber hold a lock of Rust while it waits"};
constexpr judgement setuid_program{verdict::noted,
                                   "the loader preloads nothing into a setuid or setgid program",
                                   "link weft::interpose into it, or take the bit away"};

/// Which libraries define the functions of the table.
constexpr std::string_view c_library_names[]{
    "ld-linux",   "libanl.so",       "libc.so",   "libdl.so",      "libm.so",
    "libmvec.so", "libnsl.so",       "libnss_",   "libpthread.so", "libresolv.so",
    "librt.so",   "libthread_db.so", "libutil.so"};
constexpr std::string_view cxx_library_names[]{"libstdc++.so", "libc++abi.so", "libc++.so"};

bool begins_with_any(std::string_view name, std::span<const std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [name](std::string_view each) { return name.starts_with(each); });
}

bool is_of_system(std::string_view library) {
    return begins_with_any(library, c_library_names) || begins_with_any(library, cxx_library_names);
}

std::string name_of(const elf_file& file) {
    return file.soname.empty() ? file.path.filename().string() : file.soname;
}

using names = std::unordered_set<std::string_view>;

names own_functions(const std::vector<elf_file>& files) {
    names all;
    for (const elf_file& each : files) {
        if (!is_of_system(name_of(each))) {
            all.insert(each.exports.begin(), each.exports.end());
        }
    }
    return all;
}

/// Whether the function is that of the C or C++ library: its version says so, and if it has none,
/// that nobody else defines it.
bool is_of_system(const imported_function& import, const names& own) {
    return import.library.empty() ? !own.contains(import.name) : is_of_system(import.library);
}

void judge_traits(judged_module& module) {
    const elf_file& file = module.file;
    const std::string loader = std::filesystem::path(file.interpreter).filename().string();
    const std::tuple<bool, const char*, const judgement*> traits[]{
        {file.made_by_go, "Go runtime", &go_runtime},
        {file.is_static, "static C library", &static_program},
        {!loader.empty() && !loader.starts_with("ld-linux"), "other C library", &other_c_library},
        {file.made_by_rust, "futexes of Rust", &rust_locks},
        {file.is_setuid && !loader.empty(), "setuid", &setuid_program},
    };
    for (const auto& [is_there, what, why] : traits) {
        if (is_there) {
            module.findings.push_back({what, why});
        }
    }
}

void judge_imports(judged_module& module, const names& own) {
    for (const imported_function& each : module.file.imports) {
        const judgement* why = judgement_of(each.name);
        if (why != nullptr && is_of_system(each, own)) {
            module.findings.push_back({each.name, why});
        }
    }
}

void sort(std::vector<finding>& findings) {
    const auto key = [](const finding& each) {
        return std::tie(each.why->is, each.why->reason, each.what);
    };
    std::sort(findings.begin(), findings.end(),
              [&key](const finding& left, const finding& right) { return key(left) < key(right); });
    // A function may be imported in two versions.
    const auto same = [](const finding& left, const finding& right) {
        return left.what == right.what;
    };
    findings.erase(std::unique(findings.begin(), findings.end(), same), findings.end());
}

}  // namespace

std::vector<judged_module> judge(const std::vector<elf_file>& files) {
    const names own = own_functions(files);
    std::vector<judged_module> judged;
    for (const elf_file& each : files) {
        judged_module& module = judged.emplace_back();
        module.file = each;
        module.is_c_library = begins_with_any(name_of(each), c_library_names);
        if (!module.is_c_library) {
            judge_traits(module);
            judge_imports(module, own);
            sort(module.findings);
        }
    }
    return judged;
}

bool is_bad(const judged_module& module) noexcept {
    return std::any_of(module.findings.begin(), module.findings.end(),
                       [](const finding& each) { return each.why->is >= verdict::blocks; });
}

}  // namespace weft::audit
