// SPDX-License-Identifier: BSL-1.0
#include <weft/pipe.hpp>

#include <weft/error.hpp>
#include <weft/task.hpp>

#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"

#include <sys/resource.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

namespace weft {
namespace {

using test::bytes_of;
using Pipe = test::runtime_test;

std::string read_once(pipe_reader& from) {
    std::string text(100, '\0');
    text.resize(from.read_some(std::as_writable_bytes(std::span(text))));
    return text;
}

FIBER_TEST_F(Pipe, CarriesBytesUntilTheWriterCloses) {
    auto [reader, writer] = make_pipe();
    writer.write_all(bytes_of("hello"));
    EXPECT_EQ(read_once(reader), "hello");
    writer.close();
    EXPECT_EQ(read_once(reader), "");
    EXPECT_FALSE(writer.is_open());
    EXPECT_TRUE(reader.is_open());
}

FIBER_TEST_F(Pipe, WritesMoreThanItHolds) {
    auto [reader, writer] = make_pipe();
    const std::string large(1 << 20, 'x');
    auto writing = spawn([&, &writer = writer] {
        writer.write_all(bytes_of(large));
        writer.close();
    });
    std::string received = "before ";
    reader.read_all(received);
    EXPECT_EQ(received, "before " + large);
    writing.get();
}

FIBER_TEST_F(Pipe, ReadAllTakesNoMoreThanTheLimit) {
    auto [reader, writer] = make_pipe();
    writer.write_all(bytes_of("12345"));
    std::string received;
    try {
        reader.read_all(received, 4);
        ADD_FAILURE() << "five bytes were taken";
    } catch (const io_error& error) {
        EXPECT_EQ(error.code(), std::errc::message_size);
        EXPECT_EQ(error.transferred(), 4U);
    }
    EXPECT_EQ(received, "1234");
}

FIBER_TEST_F(Pipe, ReadAllTakesExactlyTheLimit) {
    auto [reader, writer] = make_pipe();
    writer.write_all(bytes_of("1234"));
    writer.close();
    std::string received;
    reader.read_all(received, 4);
    EXPECT_EQ(received, "1234");
}

// SIGPIPE would end this program.
FIBER_TEST_F(Pipe, WritingToNobodyIsAnErrorAndNoSignal) {
    auto [reader, writer] = make_pipe();
    reader.close();
    try {
        writer.write_all(bytes_of("hello"));
        ADD_FAILURE() << "somebody took it";
    } catch (const io_error& error) {
        EXPECT_EQ(error.code(), std::errc::broken_pipe);
        EXPECT_EQ(error.transferred(), 0U);
    }
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT_EQ(::sigismember(&pending, SIGPIPE), 0);
}

FIBER_TEST_F(Pipe, TellsHowMuchWasWrittenBeforeTheReaderLeft) {
    auto [reader, writer] = make_pipe();
    const std::string large(1 << 20, 'x');
    auto writing = spawn([&, &writer = writer]() -> std::size_t {
        try {
            writer.write_all(bytes_of(large));
        } catch (const io_error& error) {
            return error.transferred();
        }
        return 0;
    });
    let_others_run();
    reader.close();
    EXPECT_GE(writing.get(), 4096U);
}

// A SIGPIPE that the program holds back for itself stays there.
TEST_F(Pipe, LeavesASignalThatWaitedBefore) {
    sigset_t broken_pipe;
    sigset_t before;
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
    ::raise(SIGPIPE);
    run([] {
        auto [reader, writer] = make_pipe();
        reader.close();
        EXPECT_THROW(writer.write_all(bytes_of("x")), io_error);
    });
    const timespec at_once{};
    EXPECT_EQ(::sigtimedwait(&broken_pipe, nullptr, &at_once), SIGPIPE);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

FIBER_TEST_F(Pipe, CancelledReadLosesNothing) {
    auto [reader, writer] = make_pipe();
    auto reading = spawn([&reader = reader] { return read_once(reader); });
    let_others_run();
    reading.cancel();
    EXPECT_THROW(reading.get(), cancelled);
    writer.write_all(bytes_of("later"));
    EXPECT_EQ(read_once(reader), "later");
}

FIBER_TEST_F(Pipe, CancelledReadAllKeepsWhatItHas) {
    auto [reader, writer] = make_pipe();
    std::string received;
    auto reading = spawn([&, &reader = reader] { reader.read_all(received); });
    writer.write_all(bytes_of("early"));
    let_others_run();
    reading.cancel();
    EXPECT_THROW(reading.get(), cancelled);
    EXPECT_EQ(received, "early");
}

FIBER_TEST_F(Pipe, ClosingWakesTheReader) {
    auto [reader, writer] = make_pipe();
    auto reading = spawn([&reader = reader] { return read_once(reader); });
    let_others_run();
    reader.close();
    try {
        reading.get();
        ADD_FAILURE() << "it read";
    } catch (const io_error& error) {
        EXPECT_EQ(error.code(), std::errc::bad_file_descriptor);
    }
    EXPECT_THROW(read_once(reader), io_error);
}

TEST_F(Pipe, NeedsDescriptors) {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{3, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    EXPECT_THROW(static_cast<void>(make_pipe()), io_error);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_NO_THROW(static_cast<void>(make_pipe()));
}

}  // namespace
}  // namespace weft
