// SPDX-License-Identifier: BSL-1.0
#include "loopback/https_origin.hpp"

#include <weft/http/client.hpp>
#include <weft/net/tcp_connector.hpp>
#include <weft/net/tls_connector.hpp>
#include <weft/testing/fiber_test.hpp>

#include <gtest/gtest.h>

#include <string>

namespace loopback {
namespace {

FIBER_TEST(HttpsOrigin, AnswersClientsThatTrustItsAuthority) {
    const certificate_authority authority;
    const https_origin origin(authority.issue({.addresses = {"127.0.0.1"}}),
                              [](weft::http::request& asked, weft::http::response& answer) {
                                  answer.body = "you asked for " + asked.target;
                              });
    weft::net::tcp_connector transport;
    weft::net::tls_client_options trust;
    trust.ca_pem = authority.certificate_pem();
    weft::net::tls_connector connector(transport, weft::net::tls_context::client(trust));
    weft::http::session session(connector);
    const auto base = "https://127.0.0.1:" + std::to_string(origin.port());
    EXPECT_EQ(session.get(base + "/page").read_all(), "you asked for /page");
}

}  // namespace
}  // namespace loopback
