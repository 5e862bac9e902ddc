// SPDX-License-Identifier: BSL-1.0
//
// postgres_fanout CONNECTION QUERY...: sends the queries to PostgreSQL at the same time, each on a
// connection and in a fiber of its own. libpq is Debian's and knows nothing of fibers; one thread.
//
//     postgres_fanout "host=127.0.0.1 dbname=shop" "SELECT count(*) FROM orders" "SELECT now()"
#include <weft/error.hpp>
#include <weft/map_concurrently.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>

#include <libpq-fe.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using result = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// The first field of the first row.
std::string answer_to(const std::string& query, const std::string& parameters) {
    const connection to(PQconnectdb(parameters.c_str()), &PQfinish);
    const result found(PQexec(to.get(), query.c_str()), &PQclear);
    if (PQresultStatus(found.get()) != PGRES_TUPLES_OK) {
        throw std::runtime_error(PQerrorMessage(to.get()));
    }
    return PQntuples(found.get()) > 0 ? PQgetvalue(found.get(), 0, 0) : "";
}

int ask(const std::string& parameters, const std::vector<std::string>& queries) {
    constexpr std::chrono::seconds limit(30);
    constexpr std::size_t most_connections = 50;
    const auto begin = weft::clock::now();
    const auto answers = weft::fail_after(limit, [&] {
        return weft::map_concurrently(queries, most_connections, [&](const std::string& each) {
            return answer_to(each, parameters);
        });
    });
    for (std::size_t i = 0; i < queries.size(); ++i) {
        std::printf("%s: %s\n", queries[i].c_str(), answers[i].c_str());
    }
    const std::chrono::duration<double> took = weft::clock::now() - begin;
    std::fprintf(stderr, "%zu queries in %.3f s\n", queries.size(), took.count());
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::fputs("usage: postgres_fanout CONNECTION QUERY...\n", stderr);
        return 2;
    }
    try {
        return weft::run([&] { return ask(arguments[1], {arguments + 2, arguments + count}); });
    } catch (const std::exception& error) {
        std::fprintf(stderr, "postgres_fanout: %s\n", error.what());
        return 1;
    }
}
