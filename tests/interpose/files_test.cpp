// SPDX-License-Identifier: BSL-1.0

// Locks of files, sendfile and splice, users, and stdio on pipes: only the calling fiber waits.

#include "interpose/posix_test.hpp"
#include "support/temporary_directory.hpp"

#include <weft/task.hpp>

#include <grp.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace weft::test {
namespace {

class FilesTest : public posix_test {
protected:
    FilesTest() { use_real_time(); }

    temporary_directory folder;
    const std::string file = folder.write("file", std::string(100'000, 'f'));
};

using stream = std::unique_ptr<FILE, int (*)(FILE*)>;

stream stream_of(unique_fd owned, const char* mode) {
    return {::fdopen(owned.release(), mode), &::fclose};
}

FIBER_TEST_F(FilesTest, FlockWaitsForAnotherFiber) {
    const unique_fd first(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    const unique_fd second(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    EXPECT_EQ(::flock(first.get(), LOCK_EX), 0);
    EXPECT_EQ(::flock(second.get(), LOCK_EX | LOCK_NB), -1);
    EXPECT_EQ(errno, EWOULDBLOCK);
    bool unlocked = false;
    task<> holder = spawn([&] {
        unlocked = true;
        EXPECT_EQ(::flock(first.get(), LOCK_UN), 0);
    });
    EXPECT_EQ(::flock(second.get(), LOCK_EX), 0);
    EXPECT_TRUE(unlocked);
    holder.join();
}

FIBER_TEST_F(FilesTest, FcntlWaitsForTheLockOfAnotherOpenFile) {
    const unique_fd first(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    const unique_fd second(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    struct flock wanted {};
    wanted.l_type = F_WRLCK;
    struct flock none {};
    none.l_type = F_UNLCK;
    EXPECT_EQ(::fcntl(first.get(), F_OFD_SETLKW, &wanted), 0);
    EXPECT_EQ(::fcntl(second.get(), F_OFD_SETLK, &wanted), -1);
    EXPECT_EQ(errno, EAGAIN);
    bool unlocked = false;
    task<> holder = spawn([&] {
        unlocked = true;
        EXPECT_EQ(::fcntl(first.get(), F_OFD_SETLK, &none), 0);
    });
    EXPECT_EQ(::fcntl(second.get(), F_OFD_SETLKW, &wanted), 0);
    EXPECT_TRUE(unlocked);
    holder.join();
    EXPECT_EQ(::fcntl(-1, F_SETLKW, &wanted), -1);
    EXPECT_EQ(errno, EBADF);
}

std::size_t read_to_end(int fd) {
    std::array<char, 8192> piece{};
    std::size_t sum = 0;
    for (ssize_t size = 0; (size = ::read(fd, piece.data(), piece.size())) > 0;) {
        sum += static_cast<std::size_t>(size);
    }
    return sum;
}

FIBER_TEST_F(FilesTest, SendfileAndSpliceWaitForRoom) {
    for (const bool splices : {false, true}) {
        auto ends = make_pipe_ends();
        const unique_fd from(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        task<std::size_t> reader = spawn([&] { return read_to_end(ends.read.get()); });
        std::size_t sent = 0;
        while (sent < 100'000) {  // more than a pipe holds
            const ssize_t more =
                splices ? ::splice(from.get(), nullptr, ends.write.get(), nullptr, 100'000, 0)
                        : ::sendfile(ends.write.get(), from.get(), nullptr, 100'000);
            ASSERT_GT(more, 0);
            sent += static_cast<std::size_t>(more);
        }
        ends.write.reset();
        EXPECT_EQ(reader.get(), 100'000U);
    }
}

TEST_F(FilesTest, UsersAndGroupsAreThoseOfLibc) {
    const auto look = [] {
        const passwd* user = ::getpwuid(0);
        std::string text = user != nullptr ? user->pw_name : "none";
        errno = 5;
        text += ::getpwnam("no such user") == nullptr ? std::to_string(errno) : "?";
        const group* all = ::getgrgid(0);
        text += all != nullptr ? all->gr_name : "none";
        passwd into{};
        passwd* found = nullptr;
        std::array<char, 2> little{};
        text += std::to_string(::getpwuid_r(0, &into, little.data(), little.size(), &found));
        std::array<char, 4096> enough{};
        text += std::to_string(::getpwnam_r("root", &into, enough.data(), enough.size(), &found));
        return text + (found != nullptr ? found->pw_dir : "none");
    };
    const std::string native = look();
    EXPECT_EQ(run(look), native);
}

FIBER_TEST_F(FilesTest, LinesOfAPipeArriveWhileOthersRun) {
    auto ends = make_pipe_ends();
    const auto from = stream_of(std::move(ends.read), "r");
    task<> writer = spawn([&] {
        EXPECT_EQ(::write(ends.write.get(), "first\nse", 8), 8);
        let_others_run();
        EXPECT_EQ(::write(ends.write.get(), "cond\nthird\n4\nrest", 17), 17);
        ends.write.reset();
    });
    std::array<char, 32> line{};
    EXPECT_STREQ(::fgets(line.data(), line.size(), from.get()), "first\n");
    EXPECT_STREQ(::fgets(line.data(), line.size(), from.get()), "second\n");
    char* grown = nullptr;
    std::size_t room = 0;
    EXPECT_EQ(::getline(&grown, &room, from.get()), 6);
    EXPECT_STREQ(grown, "third\n");
    ::free(grown);
    EXPECT_EQ(::fgetc(from.get()), '4');
    EXPECT_EQ(::fread(line.data(), 1, line.size(), from.get()), 5U);
    EXPECT_NE(::feof(from.get()), 0);
    EXPECT_EQ(::fgets(line.data(), line.size(), from.get()), nullptr);
    writer.join();
}

FIBER_TEST_F(FilesTest, WhatIsWrittenToAFullPipeWaitsForItsReader) {
    auto ends = make_pipe_ends();
    const int read_end = ends.read.get();
    task<std::size_t> reader = spawn([read_end] { return read_to_end(read_end); });
    {
        const auto to = stream_of(std::move(ends.write), "w");
        const std::string much(300'000, 'm');
        EXPECT_EQ(::fwrite(much.data(), 1, much.size(), to.get()), much.size());
        EXPECT_GE(::fputs("end", to.get()), 0);
        EXPECT_EQ(::fflush(to.get()), 0);
        EXPECT_GE(::fputs("after", to.get()), 0);
    }
    EXPECT_EQ(reader.get(), 300'008U);
}

FIBER_TEST_F(FilesTest, ADescriptorThatFcloseClosedIsNotTakenForTheNextOne) {
    for (int i = 0; i < 3; ++i) {
        auto ends = make_pipe_ends();
        const int write_end = ends.write.get();
        const auto from = stream_of(std::move(ends.read), "r");
        task<> writer = spawn([&] { EXPECT_EQ(::write(write_end, "x", 1), 1); });
        char byte = 0;
        EXPECT_EQ(::read(::fileno(from.get()), &byte, 1), 1);
        writer.join();
    }
}

}  // namespace
}  // namespace weft::test
