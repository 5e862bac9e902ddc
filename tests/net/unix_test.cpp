// SPDX-License-Identifier: BSL-1.0
#include <weft/net/unix.hpp>
#include <weft/testing/stream_text.hpp>

#include "support/runtime_test.hpp"
#include "support/sockets.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace weft::net {
namespace {

namespace fs = std::filesystem;

class Unix : public test::runtime_test {
protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "weft-unix-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        directory_ = name;
        path_ = directory_ / "socket";
    }
    void TearDown() override { fs::remove_all(directory_); }

    [[nodiscard]] address at() const { return address::unix_path(path_.string()); }

    fs::path directory_;
    fs::path path_;
};

FIBER_TEST_F(Unix, ConnectsByPath) {
    auto listener = unix_listener::listen(at());
    auto client = unix_stream::connect(at());
    auto server = listener.accept();
    client.write_all(bytes_of("x"));
    EXPECT_EQ(testing::read_up_to(server, 1), "x");
    EXPECT_EQ(client.peer_address(), at());
}

FIBER_TEST_F(Unix, ConnectsByAbstractName) {
    const auto name = address::unix_abstract(directory_.string());
    auto listener = unix_listener::listen(name);
    auto client = unix_stream::connect(name);
    (void)listener.accept();
    EXPECT_THROW((void)unix_listener::listen(name), error);
}

FIBER_TEST_F(Unix, RemovesItsPathWhenItCloses) {
    auto listener = unix_listener::listen(at());
    EXPECT_TRUE(fs::exists(path_));
    listener.close();
    EXPECT_FALSE(fs::exists(path_));
}

FIBER_TEST_F(Unix, LeavesAPathThatSomebodyElseHasTaken) {
    {
        auto listener = unix_listener::listen(at());
        fs::remove(path_);
        std::ofstream(path_) << "another file";
    }
    EXPECT_TRUE(fs::exists(path_));
}

FIBER_TEST_F(Unix, ReplacesASocketThatWasLeftBehind) {
    {
        auto crashed = unix_listener::listen(at());
        fs::rename(path_, directory_ / "kept");
    }
    fs::rename(directory_ / "kept", path_);
    EXPECT_THROW((void)unix_stream::connect(at()), error);
    auto listener = unix_listener::listen(at());
    auto client = unix_stream::connect(at());
}

FIBER_TEST_F(Unix, NeverReplacesAnotherKindOfFile) {
    std::ofstream(path_) << "precious";
    try {
        (void)unix_listener::listen(at());
        FAIL();
    } catch (const error& failed) {
        EXPECT_EQ(failed.code(), std::errc::address_in_use);
    }
    EXPECT_EQ(fs::file_size(path_), 8U);
}

FIBER_TEST_F(Unix, KeepsThePathWhenTheListenerMoves) {
    auto listener = unix_listener::listen(at());
    auto moved = std::move(listener);
    listener.close();
    auto client = unix_stream::connect(at());
    (void)moved.accept();
}

}  // namespace
}  // namespace weft::net
