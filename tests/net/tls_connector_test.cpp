// SPDX-License-Identifier: BSL-1.0
#include <weft/net/tls_connector.hpp>
#include <weft/testing/memory_stream.hpp>
#include <weft/testing/stream_text.hpp>

#include "loopback/certificates.hpp"
#include "support/runtime_test.hpp"

#include <weft/net/error.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weft::net {
namespace {

/// Connects to servers in memory: at port 443 one that says "tls" over TLS, at others one that says
/// "plain". Like a connector of plain streams it knows nothing of secure targets.
class two_servers final : public connector {
public:
    two_servers()
        : certificate_(authority_.issue({.host_names = {"a.test", "b.test"}})),
          context_(tls_context::server({.certificate_pem = certificate_.chain_pem,
                                        .private_key_pem = certificate_.key_pem})) {}

    std::unique_ptr<stream> connect(const target& wanted) override {
        EXPECT_FALSE(wanted.secure);
        auto made = testing::connect_in_memory();
        serving_.push_back(
            spawn([this, secure = wanted.port == 443, peer = std::move(made.server)]() mutable {
                try {
                    if (secure) {
                        tls_stream(std::move(peer), context_).write_all(bytes_of("tls"));
                    } else {
                        peer->write_all(bytes_of("plain"));
                    }
                } catch (const error&) {
                    return;
                }
            }));
        return std::move(made.client);
    }

    tls_context client_context() {
        return tls_context::client({.ca_pem = authority_.certificate_pem()});
    }

private:
    loopback::certificate_authority authority_;
    loopback::certificate certificate_;
    tls_context context_;
    std::vector<task<>> serving_;
};

using TlsConnector = weft::test::runtime_test;

FIBER_TEST_F(TlsConnector, EncryptsSecureTargets) {
    two_servers below;
    tls_connector tested(below, below.client_context());
    EXPECT_EQ(testing::read_up_to(*tested.connect({"a.test", 443, true, {}}), 3), "tls");
}

FIBER_TEST_F(TlsConnector, PassesOnOtherTargets) {
    two_servers below;
    tls_connector tested(below, below.client_context());
    EXPECT_EQ(testing::read_up_to(*tested.connect({"x.test", 80, false, {}}), 5), "plain");
}

// H16.
FIBER_TEST_F(TlsConnector, VerifiesTheHost) {
    two_servers below;
    tls_connector tested(below, below.client_context());
    try {
        (void)tested.connect({"x.test", 443, true, {}});
        FAIL();
    } catch (const error& thrown) {
        EXPECT_EQ(thrown.code(), errc::certificate_wrong_host);
        EXPECT_NE(std::string(thrown.what()).find("x.test"), std::string::npos);
    }
}

FIBER_TEST_F(TlsConnector, PrefersTheNameForTls) {
    two_servers below;
    tls_connector tested(below, below.client_context());
    EXPECT_EQ(testing::read_up_to(*tested.connect({"127.0.0.1", 443, true, "b.test"}), 3), "tls");
}

}  // namespace
}  // namespace weft::net
