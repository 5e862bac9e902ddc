// SPDX-License-Identifier: BSL-1.0
#include <weft/file_system.hpp>

#include <weft/error.hpp>
#include <weft/scope.hpp>

#include "support/runtime_test.hpp"
#include "support/temporary_directory.hpp"

#include <filesystem>
#include <string>

namespace weft {
namespace {

class FileSystem : public test::runtime_test {
protected:
    const test::temporary_directory directory_;
    const std::filesystem::path path_ = directory_.path() / "file";
};

FIBER_TEST_F(FileSystem, WritesAndReadsWholeFiles) {
    file_system::write_file(path_, "first and long");
    file_system::write_file(path_, "second");
    EXPECT_EQ(file_system::read_file(path_), "second");
    EXPECT_THROW(static_cast<void>(file_system::read_file(path_, 5)), io_error);
    EXPECT_THROW(static_cast<void>(file_system::read_file(path_ / "none")), io_error);
}

FIBER_TEST_F(FileSystem, TellsWhatThereIs) {
    EXPECT_FALSE(file_system::exists(path_));
    EXPECT_EQ(file_system::status(path_).type(), std::filesystem::file_type::not_found);
    file_system::write_file(path_, "12345");
    EXPECT_TRUE(file_system::exists(path_));
    EXPECT_EQ(file_system::file_size(path_), 5U);
    EXPECT_EQ(file_system::status(directory_.path()).type(), std::filesystem::file_type::directory);
    EXPECT_EQ(file_system::last_write_time(path_), std::filesystem::last_write_time(path_));
}

FIBER_TEST_F(FileSystem, ChangesWhatThereIs) {
    const auto other = directory_.path() / "other";
    file_system::write_file(path_, "12345");
    file_system::rename(path_, other);
    EXPECT_FALSE(file_system::exists(path_));
    file_system::resize_file(other, 3);
    EXPECT_TRUE(file_system::copy_file(other, path_));
    EXPECT_EQ(file_system::read_file(path_), "123");
    file_system::create_symlink("file", directory_.path() / "link");
    EXPECT_EQ(file_system::read_symlink(directory_.path() / "link"), "file");
    EXPECT_TRUE(file_system::remove(other));
    EXPECT_FALSE(file_system::remove(other));
}

FIBER_TEST_F(FileSystem, MakesAndRemovesDirectories) {
    EXPECT_TRUE(file_system::create_directory(path_));
    EXPECT_FALSE(file_system::create_directory(path_));
    EXPECT_TRUE(file_system::create_directories(path_ / "a" / "b"));
    EXPECT_THROW(file_system::remove(path_), std::filesystem::filesystem_error);
    EXPECT_EQ(file_system::remove_all(path_), 3U);
}

FIBER_TEST_F(FileSystem, FailuresNameThePaths) {
    try {
        file_system::rename(path_, directory_.path() / "other");
        ADD_FAILURE() << "it was renamed";
    } catch (const std::filesystem::filesystem_error& error) {
        EXPECT_EQ(error.path1(), path_);
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    }
}

FIBER_TEST_F(FileSystem, CancelledCallDoesNothing) {
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] { file_system::create_directory(path_); }));
    EXPECT_FALSE(file_system::exists(path_));
}

}  // namespace
}  // namespace weft
