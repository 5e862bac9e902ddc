// SPDX-License-Identifier: BSL-1.0
#include "tls/session_cache.hpp"

#include "net/tls_harness.hpp"
#include "support/runtime_test.hpp"

#include <weft/testing/stream_text.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace weft::net {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

tls_context resuming_server() {
    const auto issued = authority().issue({.host_names = {"a.test", "b.test"}});
    return tls_context::server({.certificate_pem = issued.chain_pem,
                                .private_key_pem = issued.key_pem,
                                .resumption = true});
}

/// Connects once and reads a little, as the sessions of TLS 1.3 come behind the handshake.
/// Returns whether an earlier session was resumed.
bool connect_once(const tls_context& client, const tls_context& server,
                  std::string_view name = "a.test") {
    tls_pair pair(client, server, name);
    pair.shake_hands();
    pair.server->write_all(bytes_of("x"));
    EXPECT_EQ(testing::read_up_to(*pair.client, 1), "x");
    EXPECT_EQ(pair.client->resumed(), pair.server->resumed());
    return pair.client->resumed();
}

using TlsResumption = weft::test::runtime_test;

FIBER_TEST_F(TlsResumption, ResumesASessionWithTheSameServer) {
    const auto client = client_context();
    const auto server = resuming_server();
    EXPECT_FALSE(connect_once(client, server));
    EXPECT_TRUE(connect_once(client, server));
    EXPECT_TRUE(connect_once(client, server));
}

// A session says that the server has proved one name, not another.
FIBER_TEST_F(TlsResumption, KeepsNamesApart) {
    const auto client = client_context();
    const auto server = resuming_server();
    EXPECT_FALSE(connect_once(client, server, "a.test"));
    EXPECT_FALSE(connect_once(client, server, "b.test"));
    EXPECT_TRUE(connect_once(client, server, "a.test"));
}

FIBER_TEST_F(TlsResumption, KeepsContextsApart) {
    const auto server = resuming_server();
    EXPECT_FALSE(connect_once(client_context(), server));
    EXPECT_FALSE(connect_once(client_context(), server));
}

FIBER_TEST_F(TlsResumption, NeedsTheServersConsent) {
    const auto client = client_context();
    const auto server = server_context();
    EXPECT_FALSE(connect_once(client, server));
    EXPECT_FALSE(connect_once(client, server));
}

FIBER_TEST_F(TlsResumption, IsLeftOutOnDemand) {
    const auto client =
        tls_context::client({.ca_pem = authority().certificate_pem(), .kept_sessions = 0});
    const auto server = resuming_server();
    EXPECT_FALSE(connect_once(client, server));
    EXPECT_FALSE(connect_once(client, server));
}

// The key of the tickets went with the first server.
FIBER_TEST_F(TlsResumption, FallsBackToAWholeHandshake) {
    const auto client = client_context();
    EXPECT_FALSE(connect_once(client, resuming_server()));
    EXPECT_FALSE(connect_once(client, resuming_server()));
}

}  // namespace
}  // namespace weft::net
