// SPDX-License-Identifier: BSL-1.0
#include "http/message_writer.hpp"

#include <weft/http/error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace weft::http {
namespace {

using namespace std::string_view_literals;

std::string request_text(std::string_view method, std::string_view target, const headers& fields,
                         std::optional<std::uint64_t> body = {}) {
    std::string text;
    write_request_head(text, {.method = method,
                              .target = target,
                              .authority = "a.test",
                              .fields = fields,
                              .body = body});
    return text;
}

response dated() {
    response made;
    made.headers.add("Date", "x");
    return made;
}

std::string response_text(const response& answered, const response_context& context = {}) {
    std::string text;
    if (write_response_head(text, answered, context)) {
        text += answered.body;
    }
    return text;
}

TEST(MessageWriter, WritesARequest) {
    EXPECT_EQ(request_text("GET", "/x", {{"A", "b"}}),
              "GET /x HTTP/1.1\r\nHost: a.test\r\nA: b\r\n\r\n");
}

TEST(MessageWriter, TakesAnotherHost) {
    EXPECT_EQ(request_text("GET", "/", {{"host", "b.test"}}),
              "GET / HTTP/1.1\r\nhost: b.test\r\n\r\n");
}

TEST(MessageWriter, AnnouncesTheBody) {
    EXPECT_NE(request_text("POST", "/", {}, 5).find("Content-Length: 5\r\n"), std::string::npos);
}

// C.3: CVE-2023-49081, CVE-2023-49082.
TEST(MessageWriter, RefusesBytesThatCouldEndTheRequestLine) {
    for (const auto method : {"GE T"sv, "GET\r\nX: y"sv, ""sv, "G\0"sv, "G\xc3\x89T"sv}) {
        EXPECT_THROW(request_text(method, "/", {}), error);
    }
    for (const auto target : {"/ HTTP/1.1\r\nX: y"sv, "/a b"sv, ""sv, "/\0"sv, "x"sv}) {
        EXPECT_THROW(request_text("GET", target, {}), error);
    }
}

// Rules for the codec: the writer refuses Content-Length with Transfer-Encoding.
TEST(MessageWriter, RefusesFramingThatContradictsTheBody) {
    EXPECT_THROW(request_text("POST", "/", {{"Transfer-Encoding", "chunked"}}, 5), error);
    EXPECT_THROW(request_text("POST", "/", {{"Content-Length", "6"}}, 5), error);
    EXPECT_THROW(request_text("POST", "/", {{"Content-Length", "5"}, {"Content-Length", "5"}}, 5),
                 error);
    EXPECT_NO_THROW(request_text("POST", "/", {{"Content-Length", "5"}}, 5));
}

TEST(MessageWriter, RefusesABadHost) {
    EXPECT_THROW(request_text("GET", "/", {{"Host", "a b"}}), error);
    EXPECT_THROW(request_text("GET", "/", {{"Host", "a"}, {"Host", "b"}}), error);
}

TEST(MessageWriter, WritesAResponse) {
    auto answered = dated();
    answered.body = "hello";
    EXPECT_EQ(response_text(answered),
              "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5\r\n\r\nhello");
}

TEST(MessageWriter, TellsWhetherTheConnectionStays) {
    EXPECT_EQ(response_text(dated(), {.keep_alive = false}),
              "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(response_text(dated(), {.to_http_1_0 = true}),
              "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST(MessageWriter, SendsNoBodyWhereNoneIsAllowed) {
    auto answered = dated();
    answered.body = "hello";
    EXPECT_TRUE(response_text(answered, {.to_head = true}).ends_with("Content-Length: 5\r\n\r\n"));
    for (const unsigned status : {204U, 304U}) {
        answered.status = status;
        EXPECT_EQ(response_text(answered).find("hello"), std::string::npos);
        EXPECT_EQ(response_text(answered).find("Content-Length"), std::string::npos);
    }
}

TEST(MessageWriter, AddsADate) {
    EXPECT_NE(response_text({}).find("\r\nDate: "), std::string::npos);
}

// C.3: CVE-2026-34519: CR in the reason.
TEST(MessageWriter, RefusesABadStatusLine) {
    auto answered = dated();
    answered.reason = "OK\r\nX: y";
    EXPECT_THROW(response_text(answered), error);
    answered.reason.clear();
    for (const unsigned status : {0U, 100U, 1000U}) {
        answered.status = status;
        EXPECT_THROW(response_text(answered), error);
    }
}

TEST(MessageWriter, RefusesAResponseWithOtherFraming) {
    auto answered = dated();
    answered.headers.add("Transfer-Encoding", "chunked");
    EXPECT_THROW(response_text(answered), error);
    EXPECT_THROW(response_text(answered, {.to_head = true}), error);
}

}  // namespace
}  // namespace weft::http
