// SPDX-License-Identifier: BSL-1.0

// libmariadb, unmodified, against a real MariaDB.

#include "interpose/real/crowd.hpp"
#include "support/mariadb.hpp"

#include <weft/scope.hpp>

#include <mysql.h>

#include <cstdlib>
#include <memory>
#include <optional>

namespace weft::test {
namespace {

using sql_connection = std::unique_ptr<MYSQL, decltype(&::mysql_close)>;

sql_connection sql_connect(unsigned port, const char* host = "127.0.0.1", bool tls = false,
                           unsigned read_limit_seconds = 0) {
    sql_connection made(::mysql_init(nullptr), &::mysql_close);
    const my_bool enforced = tls ? 1 : 0;
    ::mysql_options(made.get(), MYSQL_OPT_SSL_ENFORCE, &enforced);
    if (read_limit_seconds != 0) {
        ::mysql_options(made.get(), MYSQL_OPT_READ_TIMEOUT, &read_limit_seconds);
    }
    ::mysql_real_connect(made.get(), host, "weft", nullptr, nullptr, port, nullptr,
                         CLIENT_MULTI_STATEMENTS);
    return made;
}

std::string error_of(const sql_connection& on) {
    return std::to_string(::mysql_errno(on.get())) + ' ' + ::mysql_error(on.get()) + '\n';
}

std::string sql_query(const sql_connection& on, const std::string& statement) {
    if (::mysql_real_query(on.get(), statement.data(), statement.size()) != 0) {
        return error_of(on);
    }
    std::string text;
    do {
        const std::unique_ptr<MYSQL_RES, decltype(&::mysql_free_result)> result(
            ::mysql_store_result(on.get()), &::mysql_free_result);
        while (MYSQL_ROW row = result != nullptr ? ::mysql_fetch_row(result.get()) : nullptr) {
            const std::string value = row[0];
            text += (value.size() < 100 ? value : std::to_string(std::hash<std::string>()(value)));
            text += ' ';
        }
        text += std::to_string(::mysql_affected_rows(on.get())) + ';';
    } while (::mysql_next_result(on.get()) == 0);
    return text + error_of(on);
}

std::string prepared_statement(const sql_connection& on) {
    const std::unique_ptr<MYSQL_STMT, decltype(&::mysql_stmt_close)> made(
        ::mysql_stmt_init(on.get()), &::mysql_stmt_close);
    const std::string statement = "SELECT SLEEP(0.01), ? + 1";
    int given = 41;
    MYSQL_BIND parameter{};
    parameter.buffer_type = MYSQL_TYPE_LONG;
    parameter.buffer = &given;
    std::string text =
        std::to_string(::mysql_stmt_prepare(made.get(), statement.data(), statement.size()));
    text += std::to_string(::mysql_stmt_bind_param(made.get(), &parameter));
    text += std::to_string(::mysql_stmt_execute(made.get()));
    text += std::to_string(::mysql_stmt_store_result(made.get()));
    return text + std::to_string(::mysql_stmt_num_rows(made.get())) + '\n';
}

std::string much_of_libmariadb(const sql_connection& on) {
    std::string text = error_of(on);
    text += sql_query(on, "SELECT 1 UNION SELECT 2; SELECT 3");
    text += sql_query(on, "SELECT REPEAT('much', 200000)");
    text += sql_query(on, "SELECT LENGTH('" + std::string(200'000, 'm') + "')");
    text += sql_query(on, "SELECT nonsense");
    text += prepared_statement(on);
    text += std::to_string(::mysql_ping(on.get()));
    text += sql_query(on, "SELECT SLEEP(0.02)");
    text += sql_query(on, "KILL CONNECTION_ID()");
    return text + sql_query(on, "SELECT 1").substr(0, 4);  // the end or a reset, as chance will
}

}  // namespace

class LibmariadbTest : public real_software_test {
protected:
    static void SetUpTestSuite() {
        // Else every connection reads all the authorities of this machine: 60 ms of computing.
        ::setenv("SSL_CERT_FILE", "/dev/null", 1);
        ::setenv("SSL_CERT_DIR", "/dev/null", 1);
        server.emplace();
    }
    static void TearDownTestSuite() {
        server.reset();
        ::mysql_library_end();
    }

    static inline std::optional<mariadb> server;
};

namespace {

TEST_F(LibmariadbTest, AnswersAsWithoutTheLayer) {
    expect_same_as_native([] { return much_of_libmariadb(sql_connect(server->port())); });
}

TEST_F(LibmariadbTest, AnswersAsWithoutTheLayerOverTls) {
    expect_same_as_native(
        [] { return much_of_libmariadb(sql_connect(server->port(), "127.0.0.1", true)); });
}

TEST_F(LibmariadbTest, FailsAsWithoutTheLayer) {
    const unsigned port = free_port();
    expect_same_as_native([&] { return error_of(sql_connect(port)); });
    expect_same_as_native([] {
        const auto on = sql_connect(server->port(), "127.0.0.1", false, 1);
        return sql_query(on, "SELECT SLEEP(100)");
    });
}

TEST_F(LibmariadbTest, FiftySlowQueriesTakeTheTimeOfOne) {
    const auto outcome = expect_concurrent(
        "libmariadb, SELECT SLEEP(0.2)", std::chrono::milliseconds(200),
        [] { return sql_connect(server->port()); },
        [](const sql_connection& on) { return sql_query(on, "SELECT SLEEP(0.2)"); });
    for (const std::string& each : outcome.results) {
        EXPECT_EQ(each, "0 1;0 \n");
    }
}

FIBER_TEST_F(LibmariadbTest, ADeadlineEndsAQueryAndTheNextOneWorks) {
    const auto on = sql_connect(server->port());
    move_on_after(std::chrono::milliseconds(50), [&] {
        EXPECT_EQ(sql_query(on, "SELECT SLEEP(100)"),
                  "2013 Lost connection to server during query\n");
    });
    EXPECT_EQ(sql_query(sql_connect(server->port()), "SELECT 1"), "1 1;0 \n");
}

}  // namespace
}  // namespace weft::test
