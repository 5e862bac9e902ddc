// SPDX-License-Identifier: BSL-1.0
//
// Files without blocking the loop: every call goes to the worker pool.
#include <weft/directory.hpp>
#include <weft/file.hpp>
#include <weft/file_system.hpp>
#include <weft/run.hpp>
#include <weft/temporary_directory.hpp>

#include <cstddef>
#include <cstdio>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

int main() {
    weft::run([] {
        const weft::temporary_directory directory("weft-guide-");
        const auto path = directory.path() / "journal";
        {
            auto journal = weft::file::open(path, {.write = true, .create = true});
            journal.write_all(std::as_bytes(std::span(std::string_view("one\ntwo\n"))));
            journal.sync();
            std::printf("%zu bytes are on the disk\n", static_cast<std::size_t>(journal.size()));
        }
        weft::file_system::rename(path, directory.path() / "kept");
        weft::file_system::write_file(directory.path() / "note", "short");

        std::set<std::string> names;
        for (const auto& item : weft::directory(directory.path())) {
            names.insert(item.path.filename());
        }
        for (const auto& name : names) {
            const auto content = weft::file_system::read_file(directory.path() / name);
            std::printf("%s: %zu bytes\n", name.c_str(), content.size());
        }

        try {
            static_cast<void>(weft::file_system::read_file("/weft/none"));
        } catch (const std::system_error& error) {
            std::printf("%s\n", error.what());
        }
    });
}
