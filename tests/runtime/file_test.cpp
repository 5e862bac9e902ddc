// SPDX-License-Identifier: BSL-1.0
#include <weft/file.hpp>

#include <weft/error.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/worker_pool.hpp>

#include "support/errors.hpp"
#include "support/runtime_test.hpp"
#include "support/temporary_directory.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <future>
#include <limits>
#include <string>
#include <string_view>
#include <thread>

namespace weft {
namespace {

using namespace std::chrono_literals;
using test::error_of;

class File : public test::runtime_test {
protected:
    static std::span<const std::byte> bytes_of(std::string_view text) {
        return std::as_bytes(std::span(text));
    }
    static std::string content_of(file& of) {
        of.seek(0);
        std::string content;
        of.read_all(content);
        return content;
    }
    static std::string read_once(file& from, std::size_t most) {
        std::string text(most, '\0');
        text.resize(from.read_some(std::as_writable_bytes(std::span(text))));
        return text;
    }

    const test::temporary_directory directory_;
    const std::filesystem::path path_ = directory_.path() / "file";
};

constexpr open_options writing{.write = true, .create = true};

FIBER_TEST_F(File, KeepsWhatIsWritten) {
    auto written = file::open(path_, writing);
    written.write_all(bytes_of("hello "));
    written.write_all(bytes_of("world"));
    written.close();
    EXPECT_FALSE(written.is_open());
    auto read = file::open(path_);
    EXPECT_EQ(read_once(read, 5), "hello");
    EXPECT_EQ(read_once(read, 100), " world");
    EXPECT_EQ(read_once(read, 100), "");
}

FIBER_TEST_F(File, OptionsSayWhatOpeningDoes) {
    EXPECT_EQ(error_of([&] { file::open(path_); }), ENOENT);
    EXPECT_EQ(error_of([&] { file::open(path_, {.write = true}); }), ENOENT);
    file::open(path_, writing).write_all(bytes_of("12345"));
    EXPECT_EQ(
        error_of([&] { file::open(path_, {.write = true, .create = true, .exclusive = true}); }),
        EEXIST);
    auto appending = file::open(path_, {.write = true, .append = true});
    appending.write_all(bytes_of("6"));
    EXPECT_EQ(content_of(appending), "123456");
    auto cut = file::open(path_, {.write = true, .truncate = true});
    EXPECT_EQ(cut.size(), 0U);
}

FIBER_TEST_F(File, PermissionsAreChosen) {
    file::open(path_, {.write = true, .create = true, .permissions = 0600}).close();
    struct stat found {};
    ::stat(path_.c_str(), &found);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

FIBER_TEST_F(File, PlacesAreReadAndWrittenWithoutMoving) {
    auto placed = file::open(path_, writing);
    placed.write_all(bytes_of("0123456789"));
    placed.write_at(3, bytes_of("xyz"));
    std::array<std::byte, 4> four{};
    EXPECT_EQ(placed.read_at(2, four), 4U);
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(four.data()), 4), "2xyz");
    EXPECT_EQ(placed.read_at(9, four), 1U);
    EXPECT_EQ(placed.read_at(100, four), 0U);
    placed.write_all(bytes_of("!"));
    EXPECT_EQ(content_of(placed), "012xyz6789!");
}

// Short counts: both directions go on until all is done.
FIBER_TEST_F(File, LargeContentsGoInPieces) {
    std::string large(5'000'001, 'a');
    large[4'321'000] = 'b';
    auto big = file::open(path_, writing);
    big.write_all(bytes_of(large));
    EXPECT_EQ(big.size(), large.size());
    EXPECT_EQ(content_of(big), large);
    big.write_at(1, bytes_of(large));
    EXPECT_EQ(content_of(big), "a" + large);
}

FIBER_TEST_F(File, ReadAllTakesNoMoreThanTheLimit) {
    auto five = file::open(path_, writing);
    five.write_all(bytes_of("12345"));
    five.seek(0);
    std::string content = "before ";
    try {
        five.read_all(content, 4);
        ADD_FAILURE() << "five bytes were taken";
    } catch (const io_error& error) {
        EXPECT_EQ(error.code(), std::errc::file_too_large);
        EXPECT_EQ(error.transferred(), 4U);
    }
    EXPECT_EQ(content, "before 1234");
    five.seek(0);
    content.clear();
    five.read_all(content, 5);
    EXPECT_EQ(content, "12345");
}

FIBER_TEST_F(File, ResizesAndSyncs) {
    auto resized = file::open(path_, writing);
    resized.write_all(bytes_of("12345"));
    resized.resize(3);
    resized.sync();
    resized.resize(5);
    resized.sync_data();
    EXPECT_EQ(content_of(resized), std::string("123\0\0", 5));
}

FIBER_TEST_F(File, TemporaryOneHasNoName) {
    auto temporary = file::temporary(directory_.path());
    temporary.write_all(bytes_of("hidden"));
    EXPECT_EQ(content_of(temporary), "hidden");
    EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
    file::temporary().write_all(bytes_of("x"));
    EXPECT_EQ(error_of([&] { file::temporary(directory_.path() / "none"); }), ENOENT);
}

FIBER_TEST_F(File, FailuresNameThePath) {
    try {
        file::open(path_);
        ADD_FAILURE() << "it was opened";
    } catch (const io_error& error) {
        EXPECT_NE(std::string(error.what()).find("'" + path_.string() + "': open"),
                  std::string::npos);
    }
    auto reading = file::open(directory_.write("other", "x"));
    EXPECT_EQ(error_of([&] { reading.write_all(bytes_of("x")); }), EBADF);
    auto directory = file::open(directory_.path());
    EXPECT_EQ(error_of([&] { static_cast<void>(read_once(directory, 1)); }), EISDIR);
    EXPECT_EQ(error_of([&] { file::open(directory_.path(), {.write = true}); }), EISDIR);
}

// A disk that is full: what went before is told.
FIBER_TEST_F(File, FullDiskIsAnError) {
    auto full = file::open("/dev/full", {.write = true});
    EXPECT_EQ(error_of([&] { full.write_all(bytes_of("x")); }), ENOSPC);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    auto* const old = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1'500'000, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    try {
        file::open(path_, writing).write_all(bytes_of(std::string(4'000'000, 'x')));
        ADD_FAILURE() << "it was written";
    } catch (const io_error& error) {
        EXPECT_EQ(error.code(), std::errc::file_too_large);
        EXPECT_EQ(error.transferred(), 1'500'000U);
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, old);
}

TEST_F(File, BadInputIsRefused) {
    run([&] {
        EXPECT_THROW(file::open(path_, {.create = true}), usage_error);
        EXPECT_THROW(file::open(path_, {.truncate = true}), usage_error);
        EXPECT_THROW(file::open(path_, {.append = true}), usage_error);
        EXPECT_THROW(file::open(path_, {.write = true, .exclusive = true}), usage_error);
        EXPECT_FALSE(std::filesystem::exists(path_));
        auto opened = file::open(path_, writing);
        constexpr auto beyond = std::numeric_limits<std::uint64_t>::max();
        std::array<std::byte, 1> one{};
        EXPECT_THROW(static_cast<void>(opened.read_at(beyond, one)), usage_error);
        EXPECT_THROW(opened.write_at(beyond - 1, one), usage_error);
        EXPECT_THROW(opened.seek(beyond), usage_error);
        EXPECT_THROW(opened.resize(beyond), usage_error);
        opened.close();
        opened.close();
        EXPECT_EQ(error_of([&] { opened.write_all(one); }), EBADF);
    });
    EXPECT_THROW(static_cast<void>(file::open(path_)), usage_error);  // outside a fiber
}

FIBER_TEST_F(File, NeedsDescriptors) {
    to_thread([] {});
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{3, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    EXPECT_EQ(error_of([&] { file::open(path_, writing); }), EMFILE);
    EXPECT_EQ(error_of([&] { file::temporary(directory_.path()); }), EMFILE);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_NO_THROW(file::open(path_, writing));
}

// The loop is never blocked: other fibers run while a fifo waits to be opened by the other side.
FIBER_TEST_F(File, BlockingCallsDoNotBlockTheLoop) {
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    auto reading = spawn([&] {
        auto fifo = file::open(path_);
        return read_once(fifo, 9);
    });
    let_others_run();
    EXPECT_FALSE(reading.done());
    file::open(path_, {.write = true}).write_all(bytes_of("through"));
    EXPECT_EQ(reading.get(), "through");
}

// Cancelled before a worker has begun, a call did not happen; later it is completed.
TEST_F(File, CancelledCallHappensNotAtAllOrWholly) {
    options.worker_threads = 1;
    run([&] {
        auto written = file::open(path_, writing);
        std::promise<void> held;
        auto occupying = spawn([&] { to_thread([&] { held.get_future().wait(); }); });
        let_others_run();
        auto queued = spawn([&] { written.write_all(bytes_of("never")); });
        let_others_run();
        queued.cancel();
        EXPECT_THROW(queued.get(), cancelled);
        held.set_value();
        occupying.get();
        cancel_scope scope;
        scope.cancel();
        EXPECT_FALSE(scope.run([&] { written.write_all(bytes_of("never")); }));
        EXPECT_EQ(written.size(), 0U);
    });
}

// Closing happens in a cancelled scope, too, and while an exception unwinds.
FIBER_TEST_F(File, ClosesInACancelledScope) {
    const auto before = test::open_descriptors();
    cancel_scope scope;
    EXPECT_FALSE(scope.run([&] {
        auto opened = file::open(path_, writing);
        scope.cancel();
        opened.write_all(bytes_of("x"));
    }));
    EXPECT_EQ(test::open_descriptors(), before);
}

FIBER_TEST_F(File, MovesLeaveAClosedOneBehind) {
    auto first = file::open(path_, writing);
    auto second = std::move(first);
    EXPECT_FALSE(first.is_open());
    second.write_all(bytes_of("x"));
    second = file::open(directory_.write("other", "y"));
    EXPECT_EQ(content_of(second), "y");
}

}  // namespace
}  // namespace weft
