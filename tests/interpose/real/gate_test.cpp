// SPDX-License-Identifier: BSL-1.0

// Client libraries through a gate that spoils what passes: each gives its own error in time, and
// the next call works. Scenario 38.

#include "interpose/real/crowd.hpp"
#include "support/mariadb.hpp"
#include "support/nginx.hpp"
#include "support/postgres.hpp"
#include "support/redis.hpp"

#include <weft/net/address.hpp>
#include <weft/scope.hpp>
#include <weft/testing/fault_gate.hpp>

#include <curl/curl.h>
#include <hiredis/hiredis.h>
#include <libpq-fe.h>
#include <mysql.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace weft::test {
namespace {

using testing::fault_gate;
using testing::gate_faults;

template <class T>
std::shared_ptr<T> owned(T* handle, void (*destroy)(T*)) {
    return {handle, destroy};
}

// Each connects, asks for 20,000 bytes and returns their number, or the library's error. Where a
// library has limits of time they are of a second or two.

std::string ask_postgres(int port) {
    const auto on = owned(::PQconnectdb(("host=127.0.0.1 user=weft dbname=postgres sslmode=disable "
                                         "connect_timeout=2 port=" +
                                         std::to_string(port))
                                            .c_str()),
                          &::PQfinish);
    const auto result = owned(::PQexec(on.get(), "SELECT repeat('x', 20000)"), &::PQclear);
    return ::PQntuples(result.get()) == 1 ? std::to_string(::PQgetlength(result.get(), 0, 0))
                                          : ::PQerrorMessage(on.get());
}

std::string ask_redis(int port) {
    const auto on =
        owned(::redisConnectWithTimeout("127.0.0.1", port, timeval{1, 0}), &::redisFree);
    ::redisSetTimeout(on.get(), timeval{1, 0});
    const std::string given(20'000, 'x');
    auto* reply =
        static_cast<redisReply*>(::redisCommand(on.get(), "ECHO %b", given.data(), given.size()));
    if (reply == nullptr) {
        return on->errstr;
    }
    const std::string answer(reply->str, reply->len);
    ::freeReplyObject(reply);
    return answer == given ? "20000" : answer;
}

std::size_t count_bytes(const char*, std::size_t size, std::size_t count, void* sum) {
    *static_cast<std::size_t*>(sum) += size * count;
    return size * count;
}

std::string ask_by_curl(int port) {
    const auto on = owned(::curl_easy_init(), &::curl_easy_cleanup);
    const std::string url = "https://127.0.0.1:" + std::to_string(port) + "/file.bin";
    std::size_t received = 0;
    ::curl_easy_setopt(on.get(), CURLOPT_URL, url.c_str());
    ::curl_easy_setopt(on.get(), CURLOPT_SSL_VERIFYPEER, 0L);
    ::curl_easy_setopt(on.get(), CURLOPT_SSL_VERIFYHOST, 0L);
    ::curl_easy_setopt(on.get(), CURLOPT_WRITEFUNCTION, &count_bytes);
    ::curl_easy_setopt(on.get(), CURLOPT_WRITEDATA, &received);
    ::curl_easy_setopt(on.get(), CURLOPT_TIMEOUT_MS, 1500L);
    ::curl_easy_setopt(on.get(), CURLOPT_NOSIGNAL, 1L);
    const CURLcode code = ::curl_easy_perform(on.get());
    return code == CURLE_OK ? std::to_string(received) : ::curl_easy_strerror(code);
}

std::string ask_mariadb(int port) {
    const auto on = owned(::mysql_init(nullptr), &::mysql_close);
    const unsigned second = 1;
    for (const auto option :
         {MYSQL_OPT_CONNECT_TIMEOUT, MYSQL_OPT_READ_TIMEOUT, MYSQL_OPT_WRITE_TIMEOUT}) {
        ::mysql_options(on.get(), option, &second);
    }
    if (::mysql_real_connect(on.get(), "127.0.0.1", "weft", nullptr, nullptr,
                             static_cast<unsigned>(port), nullptr, 0) == nullptr ||
        ::mysql_query(on.get(), "SELECT REPEAT('x', 20000)") != 0) {
        return ::mysql_error(on.get());
    }
    const auto result = owned(::mysql_store_result(on.get()), &::mysql_free_result);
    MYSQL_ROW row = result != nullptr ? ::mysql_fetch_row(result.get()) : nullptr;
    return row != nullptr ? std::to_string(std::string(row[0]).size()) : ::mysql_error(on.get());
}

constexpr const char* in_order = "20000";

/// What a fault may lead to.
struct fault_case {
    const char* name;
    gate_faults faults;
    bool harmless;  // everybody gets what he asked for
};

const std::array<fault_case, 8> fault_cases = {{
    {"delay", {.delay = std::chrono::milliseconds(5)}, true},
    {"single bytes to the server", {.to_client = false, .largest_piece = 1}, true},
    {"pieces of three", {.largest_piece = 3}, true},
    {"drop", {.drop = true}, false},
    {"limit", {.limit = 60}, false},
    {"corrupt", {.corrupt_every = 7}, false},
    {"close", {.close_after = 90}, false},
    {"reset", {.close_after = 90, .reset = true}, false},
}};

}  // namespace

class GateTest : public real_software_test {
protected:
    using asker = std::string (*)(int port);

    /// Few enough that no library exceeds its time limits by the processor's time alone, also on a
    /// busy machine: where all bytes pass in pieces, each costs calls of its own.
    static std::size_t askers(const fault_case& with) noexcept {
        if (with.faults.largest_piece != gate_faults().largest_piece) {
            return 2;
        }
        return sanitized() ? 10 : 50;
    }

    /// A call that blocked the loop would do so for one of the libraries' limits, a second at
    /// least.
    static constexpr std::chrono::milliseconds tolerated{sanitized() ? 3'000 : 900};

    /// Asks on several fibers through a gate before the server, once for each fault and after each.
    void expect_own_errors(unsigned short server, asker ask) {
        run([&] {
            fault_gate gate(net::address::loopback_v4(server));
            const int port = gate.address().port();
            const auto ask_in_time = [&](int) {
                std::string answer = "no end";  // the library has no limit of time for this
                move_on_after(std::chrono::seconds(3), [&] { answer = ask(port); });
                return answer;
            };
            for (const fault_case& each : fault_cases) {
                gate.set(each.faults);
                const auto outcome = in_a_crowd(
                    askers(each), [] { return 0; }, ask_in_time);
                for (const std::string& answer : outcome.results) {
                    EXPECT_EQ(answer == in_order, each.harmless) << each.name << ": " << answer;
                    EXPECT_NE(answer, "") << each.name;
                }
                EXPECT_LT(outcome.latest, tolerated) << each.name;
                gate.recover();
                gate.close_connections();
                EXPECT_EQ(ask(port), in_order) << "after " << each.name;
            }
        });
    }
};

namespace {

TEST_F(GateTest, LibpqGivesItsOwnErrorsAndRecovers) {
    const postgres server;
    expect_own_errors(server.port(), &ask_postgres);
}

TEST_F(GateTest, HiredisGivesItsOwnErrorsAndRecovers) {
    const redis server;
    expect_own_errors(server.port(), &ask_redis);
}

TEST_F(GateTest, LibcurlGivesItsOwnErrorsAndRecovers) {
    const temporary_directory files;
    files.write("file.bin", std::string(20'000, 'x'));
    const nginx server({{"localhost", loopback::self_signed({.host_names = {"localhost"}})}},
                       files.path());
    expect_own_errors(server.port(), &ask_by_curl);
}

TEST_F(GateTest, LibmariadbGivesItsOwnErrorsAndRecovers) {
    const mariadb server;
    expect_own_errors(server.port(), &ask_mariadb);
}

}  // namespace
}  // namespace weft::test
