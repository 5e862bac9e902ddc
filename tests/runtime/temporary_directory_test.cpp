// SPDX-License-Identifier: BSL-1.0
#include <weft/temporary_directory.hpp>

#include <weft/file_system.hpp>
#include <weft/scope.hpp>

#include "support/errors.hpp"
#include "support/runtime_test.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace weft {
namespace {

using TemporaryDirectory = test::runtime_test;

FIBER_TEST_F(TemporaryDirectory, IsRemovedWithAllItHolds) {
    std::filesystem::path where;
    {
        const temporary_directory made;
        where = made.path();
        EXPECT_TRUE(std::filesystem::is_directory(where));
        file_system::create_directory(where / "inner");
        file_system::write_file(where / "inner" / "file", "x");
    }
    EXPECT_FALSE(std::filesystem::exists(where));
}

FIBER_TEST_F(TemporaryDirectory, NameAndPlaceAreChosen) {
    const temporary_directory outer;
    const temporary_directory inner("inner-", outer.path());
    EXPECT_EQ(inner.path().parent_path(), outer.path());
    EXPECT_TRUE(inner.path().filename().string().starts_with("inner-"));
}

FIBER_TEST_F(TemporaryDirectory, IsRemovedInACancelledScope) {
    std::filesystem::path where;
    cancel_scope scope;
    EXPECT_FALSE(scope.run([&] {
        const temporary_directory made;
        where = made.path();
        scope.cancel();
        this_fiber::yield();
    }));
    EXPECT_FALSE(std::filesystem::exists(where));
}

FIBER_TEST_F(TemporaryDirectory, PlaceThatDoesNotExistIsAnError) {
    EXPECT_EQ(test::error_of([] { temporary_directory("x", "/weft/no/such"); }), ENOENT);
}

// Scenario 12: the child of a fork that unwinds removes nothing of its parent.
FIBER_TEST_F(TemporaryDirectory, ChildOfAForkLeavesItAlone) {
    std::optional<temporary_directory> made(std::in_place);
    const pid_t child = ::fork();
    if (child == 0) {
        made.reset();
        std::_Exit(0);
    }
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(std::filesystem::is_directory(made->path()));
}

}  // namespace
}  // namespace weft
