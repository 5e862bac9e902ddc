// SPDX-License-Identifier: BSL-1.0
#include "support/breaking_server.hpp"
#include "support/plain_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

namespace weft::test {

namespace {

/// The program, with pipes to its stdin and from its stdout.
class gate_process {
public:
    explicit gate_process(const std::string& server) {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        if (::pipe(in.data()) != 0 || ::pipe(out.data()) != 0) {
            throw std::runtime_error("pipe");
        }
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(in[0], STDIN_FILENO);
            ::dup2(out[1], STDOUT_FILENO);
            for (const int each : {in[0], in[1], out[0], out[1]}) {
                ::close(each);
            }
            ::execl(WEFT_FAULT_GATE, WEFT_FAULT_GATE, server.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        commands_ = ::fdopen(in[1], "w");
        answers_ = ::fdopen(out[0], "r");
    }
    gate_process(const gate_process&) = delete;
    gate_process& operator=(const gate_process&) = delete;
    ~gate_process() { (void)end(); }

    std::string line() {
        std::array<char, 256> text{};
        if (std::fgets(text.data(), text.size(), answers_) == nullptr) {
            return "";
        }
        std::string read = text.data();
        return read.substr(0, read.find('\n'));
    }

    std::string tell(const std::string& command) {
        std::fputs((command + "\n").c_str(), commands_);
        std::fflush(commands_);
        return line();
    }

    /// Ends its stdin; returns its exit status.
    int end() {
        if (commands_ == nullptr) {
            return 0;
        }
        std::fclose(std::exchange(commands_, nullptr));
        std::fclose(answers_);
        int status = 0;
        ::waitpid(pid_, &status, 0);
        return status;
    }

private:
    pid_t pid_ = -1;
    std::FILE* commands_ = nullptr;
    std::FILE* answers_ = nullptr;
};

}  // namespace

TEST(FaultGateProgram, ObeysItsStdinAndRecovers) {
    breaking_server server("hello", breaking_server::farewell::end);
    gate_process gate("127.0.0.1:" + std::to_string(server.port()));
    const auto said = gate.line();
    const std::string label = "listening on 127.0.0.1:";
    ASSERT_TRUE(said.starts_with(label)) << said;
    const auto port = static_cast<unsigned short>(std::stoi(said.substr(label.size())));
    const auto ask = [&] {
        plain_socket client(port);
        client.send("x");
        return client.receive_all();
    };
    EXPECT_EQ(ask(), "hello");
    EXPECT_EQ(gate.tell("only-to-client"), "ok");
    EXPECT_EQ(gate.tell("corrupt 1"), "ok");
    EXPECT_EQ(ask(), "HELLO");
    EXPECT_EQ(gate.tell("recover"), "ok");
    EXPECT_EQ(gate.tell("close"), "ok");
    EXPECT_EQ(ask(), "");
    EXPECT_THAT(gate.tell("explode"), ::testing::StartsWith("error: unknown command"));
    EXPECT_EQ(gate.tell("recover"), "ok");
    EXPECT_EQ(ask(), "hello");
    EXPECT_THAT(gate.tell("status"), ::testing::HasSubstr("4 accepted"));
    EXPECT_EQ(gate.end(), 0);
}

TEST(FaultGateProgram, SaysWhatItIs) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> told(
        ::popen(WEFT_FAULT_GATE " --help", "r"), ::pclose);
    std::string text(10'000, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), told.get()));
    EXPECT_THAT(text, ::testing::StartsWith("NAME\n    weft-fault-gate"));
    EXPECT_THAT(text, ::testing::HasSubstr("stop-accepting"));
}

TEST(FaultGateProgram, RefusesWrongOptions) {
    EXPECT_EQ(WEXITSTATUS(std::system(WEFT_FAULT_GATE " --explode 2>/dev/null")), 2);
}

}  // namespace weft::test
