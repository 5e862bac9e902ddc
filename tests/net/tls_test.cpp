// SPDX-License-Identifier: BSL-1.0
#include <weft/net/tls.hpp>
#include <weft/testing/stream_text.hpp>

#include "net/tls_harness.hpp"
#include "support/runtime_test.hpp"

#include <weft/net/error.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/testing/stream_conformance.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace weft::net {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

/// What the client's handshake throws; the server's is let go.
std::error_code refusal(const tls_context& server_settings, std::string_view name,
                        const tls_context& client_settings = client_context()) {
    std::error_code found;
    tls_pair pair(client_settings, server_settings, name);
    auto other = spawn([&] { EXPECT_THROW(pair.server->handshake(), error); });
    try {
        pair.client->handshake();
    } catch (const error& thrown) {
        found = thrown.code();
    }
    pair.client->close();
    other.get();
    return found;
}

struct over_tls {
    static weft::testing::stream_pair connect() {
        tls_pair pair;
        pair.shake_hands();
        return {std::move(pair.client), std::move(pair.server)};
    }
};

struct over_tls_in_pieces {
    static weft::testing::stream_pair connect() {
        tls_pair pair(client_context(), server_context(), "a.test",
                      {.capacity = 4'096, .most_per_read = 700});
        pair.shake_hands();
        return {std::move(pair.client), std::move(pair.server)};
    }
};

struct over_memory {
    static weft::testing::stream_pair connect() {
        auto made = testing::connect_in_memory();
        return {std::move(made.client), std::move(made.server)};
    }
};

}  // namespace

}  // namespace weft::net

namespace weft::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(Tls, StreamConformance, net::over_tls);
INSTANTIATE_TYPED_TEST_SUITE_P(TlsInPieces, StreamConformance, net::over_tls_in_pieces);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StreamConformance, net::over_memory);

}  // namespace weft::testing

namespace weft::net {

namespace {

using Tls = weft::test::runtime_test;

FIBER_TEST_F(Tls, AgreesOnProtocols) {
    tls_pair pair(
        tls_context::client({.ca_pem = authority().certificate_pem(), .alpn = {"h2", "http/1.1"}}));
    EXPECT_EQ(pair.client->protocol(), "");
    pair.shake_hands();
    EXPECT_EQ(pair.client->alpn(), "http/1.1");
    EXPECT_EQ(pair.server->alpn(), "http/1.1");
    EXPECT_EQ(pair.client->protocol(), "TLSv1.3");
}

FIBER_TEST_F(Tls, RefusesAPeerWithoutACommonProtocol) {
    EXPECT_EQ(
        refusal(server_context(), "a.test",
                tls_context::client({.ca_pem = authority().certificate_pem(), .alpn = {"h2"}})),
        errc::tls_handshake_failed);
}

FIBER_TEST_F(Tls, ShakesHandsWhenFirstNeeded) {
    tls_pair pair;
    auto other = spawn([&] { pair.server->write_all(bytes_of("hello")); });
    EXPECT_EQ(testing::read_up_to(*pair.client, 5), "hello");
    other.get();
}

/// Sends `text` and then the end from each side to the other at once.
void expect_exchange(tls_pair& pair, const std::string& text) {
    const auto talk = [&text](tls_stream& end) {
        auto writing = spawn([&] {
            end.write_all(bytes_of(text));
            end.shutdown_write();
        });
        EXPECT_EQ(testing::read_up_to(end, text.size() + 1), text);
        writing.get();
    };
    auto other = spawn([&] { talk(*pair.server); });
    talk(*pair.client);
    other.get();
}

// Scenarios 15, 33: records of 16 KiB and the goodbye, through a transport that lets one byte pass
// at a time.
FIBER_TEST_F(Tls, CarriesTheSameWhenEveryByteComesAlone) {
    std::string text;
    while (text.size() < 20'000) {
        text += std::to_string(text.size()) + ' ';
    }
    tls_pair pair(client_context(), server_context(), "a.test",
                  {.capacity = 1, .most_per_read = 1});
    pair.shake_hands();
    expect_exchange(pair, text);
}

// Scenario 34, T126: each fault has its own code, and verification is on by default.
FIBER_TEST_F(Tls, TellsWhyACertificateIsRefused) {
    EXPECT_EQ(refusal(server_context({.host_names = {"b.test"}}), "a.test"),
              errc::certificate_wrong_host);
    EXPECT_EQ(
        refusal(server_context({.host_names = {"a.test"}, .valid = loopback::validity::expired}),
                "a.test"),
        errc::certificate_expired);
    EXPECT_EQ(
        refusal(server_context({.host_names = {"a.test"}, .valid = loopback::validity::not_yet}),
                "a.test"),
        errc::certificate_expired);
    EXPECT_EQ(refusal(server_context(), "a.test", tls_context::client()),
              errc::certificate_untrusted);
    const auto own = loopback::self_signed({.host_names = {"a.test"}});
    EXPECT_EQ(refusal(tls_context::server(
                          {.certificate_pem = own.chain_pem, .private_key_pem = own.key_pem}),
                      "a.test"),
              errc::certificate_self_signed);
}

// Scenario 34.
FIBER_TEST_F(Tls, VerifiesAddresses) {
    EXPECT_EQ(refusal(server_context(), "127.0.0.2"), errc::certificate_wrong_host);
    EXPECT_EQ(refusal(server_context({.host_names = {"127.0.0.1"}}), "127.0.0.1"),
              errc::certificate_wrong_host);
    tls_pair pair(client_context(), server_context(), "127.0.0.1");
    pair.shake_hands();
}

FIBER_TEST_F(Tls, TakesWildcardsForOneLabel) {
    const auto wild = server_context({.host_names = {"*.a.test"}});
    EXPECT_EQ(refusal(wild, "a.test"), errc::certificate_wrong_host);
    EXPECT_EQ(refusal(wild, "x.y.a.test"), errc::certificate_wrong_host);
    tls_pair pair(client_context(), wild, "x.a.test");
    pair.shake_hands();
}

FIBER_TEST_F(Tls, VerifiesNothingOnlyOnDemand) {
    tls_pair pair(tls_context::client({.verify = false}), server_context(), "other.test");
    pair.shake_hands();
}

FIBER_TEST_F(Tls, WantsANameToVerify) {
    EXPECT_THROW(tls_pair(client_context(), server_context(), ""), error);
}

TEST_F(Tls, RefusesUnusableSettings) {
    EXPECT_THROW((void)tls_context::client({.ca_pem = "nonsense"}), error);
    EXPECT_THROW((void)tls_context::client({.ca_file = "/nonexistent"}), error);
    EXPECT_THROW((void)tls_context::server({.certificate_pem = "", .private_key_pem = ""}), error);
    const auto one = authority().issue({.host_names = {"a"}});
    const auto other = authority().issue({.host_names = {"b"}});
    EXPECT_THROW((void)tls_context::server(
                     {.certificate_pem = one.chain_pem, .private_key_pem = other.key_pem}),
                 error);
}

// One fiber reads while another writes, both without end.
FIBER_TEST_F(Tls, CarriesBothDirectionsWithoutWaitingForEachOther) {
    tls_pair pair(client_context(), server_context(), "a.test", {.capacity = 1'000});
    const auto sent = testing::pattern(300'000);
    auto up = spawn([&] { pair.client->write_all(bytes_of(sent)); });
    auto down = spawn([&] { pair.server->write_all(bytes_of(sent)); });
    auto read_up = spawn([&] { return testing::read_up_to(*pair.server, sent.size()); });
    EXPECT_EQ(testing::read_up_to(*pair.client, sent.size()), sent);
    EXPECT_EQ(read_up.get(), sent);
    up.get();
    down.get();
}

FIBER_TEST_F(Tls, CanStillReadAfterItsGoodbye) {
    tls_pair pair;
    pair.shake_hands();
    pair.client->shutdown_write();
    pair.client->shutdown_write();
    std::array<std::byte, 1> block{};
    EXPECT_EQ(pair.server->read_some(block), 0U);
    pair.server->write_all(bytes_of("answer"));
    EXPECT_EQ(testing::read_up_to(*pair.client, 6), "answer");
    EXPECT_THROW(pair.client->write_all(bytes_of("x")), error);
}

}  // namespace
}  // namespace weft::net
