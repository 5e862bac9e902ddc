// SPDX-License-Identifier: BSL-1.0

// libpq, unmodified, against a real PostgreSQL.

#include "interpose/real/crowd.hpp"
#include "support/postgres.hpp"

#include <weft/scope.hpp>

#include <libpq-fe.h>
#include <poll.h>

#include <array>
#include <memory>
#include <optional>
#include <sstream>

namespace weft::test {
namespace {

using pq_connection = std::unique_ptr<PGconn, decltype(&::PQfinish)>;
using pq_result = std::unique_ptr<PGresult, decltype(&::PQclear)>;

pq_connection pq_connect(const std::string& parameters) {
    return {::PQconnectdb(parameters.c_str()), &::PQfinish};
}

std::string text_of(pq_result result) {
    std::ostringstream text;
    text << ::PQresStatus(::PQresultStatus(result.get())) << ' '
         << ::PQresultErrorMessage(result.get());
    for (int row = 0; row < ::PQntuples(result.get()); ++row) {
        const std::string value = ::PQgetvalue(result.get(), row, 0);
        text << ' '
             << (value.size() < 100 ? value : std::to_string(std::hash<std::string>()(value)));
    }
    return text.str() + "\n";
}

std::string pq_query(const pq_connection& on, const char* statement) {
    return text_of({::PQexec(on.get(), statement), &::PQclear});
}

std::string rest_of_results(const pq_connection& on) {
    std::string text;
    while (PGresult* next = ::PQgetResult(on.get())) {
        text += text_of({next, &::PQclear});
    }
    return text;
}

std::string with_parameters(const pq_connection& on) {
    const std::array<const char*, 2> values = {"20", "22"};
    return text_of({::PQexecParams(on.get(), "SELECT $1::int + $2::int", 2, nullptr, values.data(),
                                   nullptr, nullptr, 0),
                    &::PQclear});
}

std::string copied(const pq_connection& on) {
    std::string text = pq_query(on, "CREATE TEMPORARY TABLE numbers (n int)");
    text += pq_query(on, "COPY numbers FROM STDIN");
    for (int i = 0; i < 1000; ++i) {
        const std::string line = std::to_string(i) + "\n";
        text +=
            ::PQputCopyData(on.get(), line.data(), static_cast<int>(line.size())) == 1 ? "" : "!";
    }
    text += std::to_string(::PQputCopyEnd(on.get(), nullptr));
    text += rest_of_results(on);
    text += pq_query(on, "SELECT sum(n) FROM numbers");
    text += pq_query(on, "COPY (SELECT generate_series(1, 2000)) TO STDOUT");
    char* line = nullptr;
    std::string lines;
    while (::PQgetCopyData(on.get(), &line, 0) > 0) {
        lines += line;
        ::PQfreemem(line);
    }
    text += lines;
    return text + rest_of_results(on);
}

/// A request to cancel that comes before the query has begun is lost, and one that comes too late
/// hits the next: so the query says that it has begun.
std::string cancelled_query(const pq_connection& on) {
    bool begun = false;
    ::PQsetNoticeProcessor(
        on.get(), [](void* flag, const char*) { *static_cast<bool*>(flag) = true; }, &begun);
    std::string text = std::to_string(
        ::PQsendQuery(on.get(), "DO $$ BEGIN RAISE NOTICE 'begun'; PERFORM pg_sleep(100); END $$"));
    while (!begun && ::PQconsumeInput(on.get()) == 1 && ::PQisBusy(on.get()) == 1) {
        pollfd asked{::PQsocket(on.get()), POLLIN, 0};
        if (!begun && ::poll(&asked, 1, -1) != 1) {
            return "failed";
        }
    }
    const std::unique_ptr<PGcancel, decltype(&::PQfreeCancel)> handle(::PQgetCancel(on.get()),
                                                                      &::PQfreeCancel);
    std::array<char, 256> reason{};
    text += std::to_string(::PQcancel(handle.get(), reason.data(), reason.size()));
    text += reason.data();
    const std::string rest = rest_of_results(on);
    text += rest.substr(0, rest.find("CONTEXT"));  // where it was by then
    ::PQsetNoticeProcessor(
        on.get(), [](void*, const char*) {}, nullptr);
    return text + "\n";
}

/// As programs with a loop of their own use it.
std::string without_blocking(const pq_connection& on) {
    std::string text = std::to_string(::PQsetnonblocking(on.get(), 1));
    text += std::to_string(::PQsendQuery(on.get(), "SELECT pg_sleep(0.01), 5"));
    while (::PQflush(on.get()) == 1 || ::PQisBusy(on.get()) == 1) {
        pollfd asked{::PQsocket(on.get()), POLLIN, 0};
        if (::poll(&asked, 1, -1) != 1 || ::PQconsumeInput(on.get()) != 1) {
            return "failed";
        }
    }
    text += rest_of_results(on);
    return text + std::to_string(::PQsetnonblocking(on.get(), 0)) + "\n";
}

std::string much_of_libpq(const std::string& parameters) {
    const auto on = pq_connect(parameters);
    if (::PQstatus(on.get()) != CONNECTION_OK) {
        return ::PQerrorMessage(on.get());
    }
    std::string text = pq_query(on, "SELECT generate_series(1, 5)");
    text += pq_query(on, "SELECT repeat('much', 300000)");
    text += pq_query(on, "SELECT 1/0");
    for (const auto& each : {with_parameters, copied, cancelled_query, without_blocking}) {
        text += each(on);
    }
    text += pq_query(on, "SET statement_timeout = 20");
    text += pq_query(on, "SELECT pg_sleep(100)");
    text += pq_query(on, "SET statement_timeout = 0");
    return text + pq_query(on, "SELECT pg_terminate_backend(pg_backend_pid())");
}

}  // namespace

class LibpqTest : public real_software_test {
protected:
    static void SetUpTestSuite() { server.emplace(); }
    static void TearDownTestSuite() { server.reset(); }

    static inline std::optional<postgres> server;
};

namespace {

TEST_F(LibpqTest, AnswersAsWithoutTheLayer) {
    expect_same_as_native([] { return much_of_libpq(server->connection()); });
}

TEST_F(LibpqTest, AnswersAsWithoutTheLayerOverTls) {
    expect_same_as_native([] {
        return much_of_libpq("host=localhost port=" + std::to_string(server->port()) +
                             " user=weft dbname=postgres sslmode=require");
    });
}

TEST_F(LibpqTest, FailsAsWithoutTheLayer) {
    const std::string port = std::to_string(free_port());
    expect_same_as_native([&] {
        return std::string(::PQerrorMessage(
            pq_connect("host=127.0.0.1 user=weft dbname=postgres port=" + port).get()));
    });
    expect_same_as_native([] {
        const auto connection = pq_connect(server->connection() + " dbname=missing");
        return std::string(::PQerrorMessage(connection.get()));
    });
}

TEST_F(LibpqTest, FiftySlowQueriesTakeTheTimeOfOne) {
    const auto outcome = expect_concurrent(
        "libpq, SELECT pg_sleep(0.2)", std::chrono::milliseconds(200),
        [] { return pq_connect(server->connection()); },
        [](const pq_connection& on) { return pq_query(on, "SELECT pg_sleep(0.2), 7"); });
    for (const std::string& each : outcome.results) {
        EXPECT_EQ(each, "PGRES_TUPLES_OK  \n");
    }
}

FIBER_TEST_F(LibpqTest, ADeadlineEndsAQueryAndTheNextOneWorks) {
    const auto on = pq_connect(server->connection());
    std::string failure;
    move_on_after(std::chrono::milliseconds(50),
                  [&] { failure = pq_query(on, "SELECT pg_sleep(100)"); });
    EXPECT_EQ(failure.rfind("PGRES_TUPLES_OK", 0), std::string::npos) << failure;
    EXPECT_NE(std::string(::PQerrorMessage(on.get())).find("Connection timed out"),
              std::string::npos)
        << ::PQerrorMessage(on.get());
    ::PQreset(on.get());
    EXPECT_EQ(pq_query(on, "SELECT 8"), "PGRES_TUPLES_OK  8\n");
}

}  // namespace
}  // namespace weft::test
