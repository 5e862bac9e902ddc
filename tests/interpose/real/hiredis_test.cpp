// SPDX-License-Identifier: BSL-1.0

// hiredis, unmodified, against a real redis-server.

#include "interpose/real/crowd.hpp"
#include "support/redis.hpp"

#include <weft/scope.hpp>

#include <hiredis/hiredis.h>

#include <memory>
#include <optional>

namespace weft::test {
namespace {

using redis_connection = std::unique_ptr<redisContext, decltype(&::redisFree)>;

redis_connection redis_connect(int port) {
    return {::redisConnect("127.0.0.1", port), &::redisFree};
}

std::string text_of(const redisReply* reply) {
    if (reply == nullptr) {
        return "no reply";
    }
    std::string text = std::to_string(reply->type) + ':';
    if (reply->str != nullptr) {
        const std::string value(reply->str, reply->len);
        text += value.size() < 100 ? value : std::to_string(std::hash<std::string>()(value));
    }
    text += std::to_string(reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0);
    for (std::size_t i = 0; i < reply->elements; ++i) {
        text += "[" + text_of(reply->element[i]) + "]";
    }
    return text;
}

/// The reply, or the error of the connection.
std::string taken(const redis_connection& on, void* reply) {
    std::string text = text_of(static_cast<redisReply*>(reply));
    if (reply != nullptr) {
        ::freeReplyObject(reply);
    }
    return text + (on->err != 0 ? std::string(on->errstr) : "") + "\n";
}

template <class... Arguments>
std::string redis_command(const redis_connection& on, Arguments... arguments) {
    return taken(on, ::redisCommand(on.get(), arguments...));
}

std::string pipelined(const redis_connection& on, const char* key) {
    for (int i = 0; i < 500; ++i) {
        ::redisAppendCommand(on.get(), "RPUSH %s %d", key, i);
    }
    std::string text;
    for (int i = 0; i < 500; ++i) {
        void* reply = nullptr;
        text += std::to_string(::redisGetReply(on.get(), &reply));
        text += taken(on, reply);
    }
    return text;
}

/// \param number  keys of its own for each caller.
std::string much_of_hiredis(int port, int number) {
    const auto on = redis_connect(port);
    const std::string list = "list" + std::to_string(number);
    const std::string value = "value" + std::to_string(number);
    std::string text = redis_command(on, "PING");
    text += redis_command(on, "SET %s %b", value.c_str(), "a\0b", std::size_t{3});
    text += redis_command(on, "GET %s", value.c_str());
    text += pipelined(on, list.c_str());
    text += redis_command(on, "LRANGE %s 0 -1", list.c_str());
    const std::string much(2'000'000, 'm');
    text += redis_command(on, "SET %s %b", value.c_str(), much.data(), much.size());
    text += redis_command(on, "GET %s", value.c_str());
    text += redis_command(on, "INCR %s", value.c_str());
    text += redis_command(on, "BLPOP %sx 0.01", list.c_str());
    text += redis_command(on, "DEL %s %s", value.c_str(), list.c_str());
    return text + redis_command(on, "QUIT");
}

}  // namespace

class HiredisTest : public real_software_test {
protected:
    static void SetUpTestSuite() { server.emplace(); }
    static void TearDownTestSuite() { server.reset(); }

    static inline std::optional<redis> server;
};

namespace {

TEST_F(HiredisTest, AnswersAsWithoutTheLayer) {
    int callers = 0;
    expect_same_as_native([&] { return much_of_hiredis(server->port(), ++callers); });
}

TEST_F(HiredisTest, FailsAsWithoutTheLayer) {
    const int port = free_port();
    expect_same_as_native([&] {
        const auto on = redis_connect(port);
        return std::to_string(on->err) + on->errstr;
    });
    expect_same_as_native([] {
        const timeval limit{0, 20'000};
        const redis_connection on(::redisConnectWithTimeout("localhost", server->port(), {5, 0}),
                                  &::redisFree);
        const std::string text = std::to_string(::redisSetTimeout(on.get(), limit));
        return text + redis_command(on, "BLPOP nothing 100");
    });
}

TEST_F(HiredisTest, FiftySlowCommandsTakeTheTimeOfOne) {
    const auto outcome = expect_concurrent(
        "hiredis, BLPOP 0.2", std::chrono::milliseconds(200),
        [] { return redis_connect(server->port()); },
        [](const redis_connection& on) { return redis_command(on, "BLPOP nothing 0.2"); });
    for (const std::string& each : outcome.results) {
        EXPECT_EQ(each, "4:0\n");
    }
}

FIBER_TEST_F(HiredisTest, ADeadlineEndsACommandAndTheNextOneWorks) {
    const auto on = redis_connect(server->port());
    move_on_after(std::chrono::milliseconds(50), [&] {
        EXPECT_EQ(redis_command(on, "BLPOP nothing 0"), "no replyConnection timed out\n");
    });
    EXPECT_EQ(::redisReconnect(on.get()), REDIS_OK);
    EXPECT_EQ(redis_command(on, "PING"), "5:PONG0\n");
}

}  // namespace
}  // namespace weft::test
