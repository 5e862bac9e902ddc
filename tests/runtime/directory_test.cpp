// SPDX-License-Identifier: BSL-1.0
#include <weft/directory.hpp>

#include <weft/scope.hpp>

#include "support/runtime_test.hpp"
#include "support/temporary_directory.hpp"

#include <filesystem>
#include <set>
#include <string>

namespace weft {
namespace {

class Directory : public test::runtime_test {
protected:
    const test::temporary_directory directory_;
};

TEST_F(Directory, ListsEverythingOnce) {
    for (int i = 0; i < 600; ++i) {  // several pieces
        directory_.write(std::to_string(i), "");
    }
    run([&] {
        std::set<std::string> names;
        for (const auto& item : directory(directory_.path())) {
            EXPECT_EQ(item.path.parent_path(), directory_.path());
            EXPECT_EQ(item.type, std::filesystem::file_type::regular);
            EXPECT_TRUE(names.insert(item.path.filename()).second);
        }
        EXPECT_EQ(names.size(), 600U);
    });
}

TEST_F(Directory, TellsTypesWithoutFollowingLinks) {
    std::filesystem::create_directory(directory_.path() / "directory");
    std::filesystem::create_symlink("directory", directory_.path() / "link");
    run([&] {
        int seen = 0;
        for (const auto& item : directory(directory_.path())) {
            EXPECT_EQ(item.type, item.path.filename() == "link"
                                     ? std::filesystem::file_type::symlink
                                     : std::filesystem::file_type::directory);
            ++seen;
        }
        EXPECT_EQ(seen, 2);
    });
}

FIBER_TEST_F(Directory, EmptyOneHasNoItems) {
    directory empty(directory_.path());
    EXPECT_FALSE(empty.next());
    EXPECT_FALSE(empty.next());
}

FIBER_TEST_F(Directory, MissingOneIsAnError) {
    EXPECT_THROW(directory(directory_.path() / "none"), std::filesystem::filesystem_error);
    EXPECT_THROW(directory(directory_.write("file", "")), std::filesystem::filesystem_error);
}

TEST_F(Directory, CancelledReadGoesOnLater) {
    for (int i = 0; i < 300; ++i) {
        directory_.write(std::to_string(i), "");
    }
    run([&] {
        directory listed(directory_.path());
        int count = 0;
        cancel_scope scope;
        EXPECT_FALSE(scope.run([&] {
            while (listed.next()) {
                if (++count == 10) {
                    scope.cancel();
                }
            }
        }));
        EXPECT_GE(count, 10);
        while (listed.next()) {
            ++count;
        }
        EXPECT_EQ(count, 300);
    });
}

}  // namespace
}  // namespace weft
