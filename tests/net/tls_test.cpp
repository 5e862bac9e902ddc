// SPDX-License-Identifier: BSL-1.0
#include <weft/net/tls.hpp>

#include "loopback/certificates.hpp"
#include "support/memory_stream.hpp"
#include "support/stream_conformance.hpp"

#include <weft/gather.hpp>
#include <weft/net/error.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft::net {
namespace {

using namespace std::chrono_literals;
using test::connect_in_memory;
using test::memory_options;
using test::memory_stream;

const loopback::certificate_authority& authority() {
    static const loopback::certificate_authority made;
    return made;
}

tls_context server_context(const loopback::certificate_request& request = {
                               .host_names = {"a.test"}, .addresses = {"127.0.0.1"}}) {
    const auto issued = authority().issue(request);
    return tls_context::server({.certificate_pem = issued.chain_pem,
                                .private_key_pem = issued.key_pem,
                                .alpn = {"http/1.1", "x"}});
}

tls_context client_context() {
    return tls_context::client({.ca_pem = authority().certificate_pem()});
}

template <class Test>
void in_runtime(Test test) {
    run(test, {.time = time_source::virtual_time});
}

/// Both ends of a TLS connection in memory, and the transports below.
struct tls_pair {
    explicit tls_pair(const tls_context& client_settings = client_context(),
                      const tls_context& server_settings = server_context(),
                      std::string_view name = "a.test", memory_options transport = {}) {
        auto made = connect_in_memory(transport);
        client_transport = made.client.get();
        server_transport = made.server.get();
        client = std::make_unique<tls_stream>(std::move(made.client), client_settings, name);
        server = std::make_unique<tls_stream>(std::move(made.server), server_settings);
    }

    void shake_hands() {
        auto other = spawn([this] { server->handshake(); });
        client->handshake();
        other.get();
    }

    memory_stream* client_transport;
    memory_stream* server_transport;
    std::unique_ptr<tls_stream> client;
    std::unique_ptr<tls_stream> server;
};

/// What the client's handshake throws; the server's is let go.
std::error_code refusal(const tls_context& server_settings, std::string_view name,
                        const tls_context& client_settings = client_context()) {
    std::error_code found;
    in_runtime([&] {
        tls_pair pair(client_settings, server_settings, name);
        auto other = spawn([&] { EXPECT_THROW(pair.server->handshake(), error); });
        try {
            pair.client->handshake();
        } catch (const error& thrown) {
            found = thrown.code();
        }
        pair.client->close();
        other.get();
    });
    return found;
}

struct over_tls {
    static test::stream_pair connect() {
        tls_pair pair;
        pair.shake_hands();
        return {std::move(pair.client), std::move(pair.server)};
    }
};

/// Scenarios 15, 33: every byte comes alone.
struct over_tls_byte_by_byte {
    static test::stream_pair connect() {
        tls_pair pair(client_context(), server_context(), "a.test",
                      {.capacity = 4'096, .most_per_read = 700});
        pair.shake_hands();
        return {std::move(pair.client), std::move(pair.server)};
    }
};

struct over_memory {
    static test::stream_pair connect() {
        auto made = connect_in_memory();
        return {std::move(made.client), std::move(made.server)};
    }
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Tls, StreamConformance, over_tls);
INSTANTIATE_TYPED_TEST_SUITE_P(TlsInPieces, StreamConformance, over_tls_byte_by_byte);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StreamConformance, over_memory);

namespace {

TEST(Tls, AgreesOnProtocols) {
    in_runtime([] {
        tls_pair pair(tls_context::client(
            {.ca_pem = authority().certificate_pem(), .alpn = {"h2", "http/1.1"}}));
        EXPECT_EQ(pair.client->protocol(), "");
        pair.shake_hands();
        EXPECT_EQ(pair.client->alpn(), "http/1.1");
        EXPECT_EQ(pair.server->alpn(), "http/1.1");
        EXPECT_EQ(pair.client->protocol(), "TLSv1.3");
    });
}

TEST(Tls, RefusesAPeerWithoutACommonProtocol) {
    EXPECT_EQ(
        refusal(server_context(), "a.test",
                tls_context::client({.ca_pem = authority().certificate_pem(), .alpn = {"h2"}})),
        errc::tls_handshake_failed);
}

TEST(Tls, ShakesHandsWhenFirstNeeded) {
    in_runtime([] {
        tls_pair pair;
        auto other = spawn([&] { pair.server->write_all(bytes_of("hello")); });
        EXPECT_EQ(test::read_up_to(*pair.client, 5), "hello");
        other.get();
    });
}

// Scenario 33.
TEST(Tls, TakesBytesOneByOne) {
    in_runtime([] {
        tls_pair pair(client_context(), server_context(), "a.test", {.most_per_read = 1});
        pair.shake_hands();
        auto writing = spawn([&] {
            pair.server->write_all(bytes_of("hello"));
            pair.server->shutdown_write();
        });
        EXPECT_EQ(test::read_up_to(*pair.client, 100), "hello");
    });
}

// Scenario 34, T126: each fault has its own code, and verification is on by default.
TEST(Tls, TellsWhyACertificateIsRefused) {
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
TEST(Tls, VerifiesAddresses) {
    EXPECT_EQ(refusal(server_context(), "127.0.0.2"), errc::certificate_wrong_host);
    EXPECT_EQ(refusal(server_context({.host_names = {"127.0.0.1"}}), "127.0.0.1"),
              errc::certificate_wrong_host);
    in_runtime([] {
        tls_pair pair(client_context(), server_context(), "127.0.0.1");
        pair.shake_hands();
    });
}

TEST(Tls, TakesWildcardsForOneLabel) {
    const auto wild = server_context({.host_names = {"*.a.test"}});
    EXPECT_EQ(refusal(wild, "a.test"), errc::certificate_wrong_host);
    EXPECT_EQ(refusal(wild, "x.y.a.test"), errc::certificate_wrong_host);
    in_runtime([&] {
        tls_pair pair(client_context(), wild, "x.a.test");
        pair.shake_hands();
    });
}

TEST(Tls, VerifiesNothingOnlyOnDemand) {
    in_runtime([] {
        tls_pair pair(tls_context::client({.verify = false}), server_context(), "other.test");
        pair.shake_hands();
    });
}

TEST(Tls, WantsANameToVerify) {
    in_runtime([] { EXPECT_THROW(tls_pair(client_context(), server_context(), ""), error); });
}

TEST(Tls, RefusesUnusableSettings) {
    EXPECT_THROW((void)tls_context::client({.ca_pem = "nonsense"}), error);
    EXPECT_THROW((void)tls_context::client({.ca_file = "/nonexistent"}), error);
    EXPECT_THROW((void)tls_context::server({.certificate_pem = "", .private_key_pem = ""}), error);
    const auto one = authority().issue({.host_names = {"a"}});
    const auto other = authority().issue({.host_names = {"b"}});
    EXPECT_THROW((void)tls_context::server(
                     {.certificate_pem = one.chain_pem, .private_key_pem = other.key_pem}),
                 error);
}

// Scenario 33: an end without the goodbye is told apart from a real one.
TEST(Tls, ReportsTruncation) {
    in_runtime([] {
        tls_pair pair;
        pair.shake_hands();
        pair.server->write_all(bytes_of("part"));
        pair.server->close();
        EXPECT_EQ(test::read_up_to(*pair.client, 4), "part");
        std::array<std::byte, 1> more{};
        try {
            (void)pair.client->read_some(more);
            FAIL();
        } catch (const error& thrown) {
            EXPECT_EQ(thrown.code(), errc::tls_truncated);
        }
    });
}

// A.14, scenario 33.
TEST(Tls, ReportsAnEndInTheHandshake) {
    in_runtime([] {
        tls_pair pair;
        auto other = spawn([&] {
            pair.server_transport->read(10);
            pair.server_transport->close();
        });
        try {
            pair.client->handshake();
            FAIL();
        } catch (const error& thrown) {
            EXPECT_EQ(thrown.code(), std::errc::connection_reset);
        }
    });
}

// A.14, scenario 33.
TEST(Tls, GivesUpASilentPeer) {
    in_runtime([] {
        tls_pair pair;
        try {
            pair.client->handshake();
            FAIL();
        } catch (const error& thrown) {
            EXPECT_EQ(thrown.code(), std::errc::timed_out);
        }
        EXPECT_EQ(clock::now().time_since_epoch(), 60s);
    });
}

// Scenario 33.
TEST(Tls, AnswersGarbageWithAnAlert) {
    in_runtime([] {
        tls_pair pair;
        pair.client_transport->write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        try {
            pair.server->handshake();
            FAIL();
        } catch (const error& thrown) {
            EXPECT_EQ(thrown.code(), errc::tls_handshake_failed);
        }
        EXPECT_EQ(pair.client_transport->read(1), "\x15");  // the type of an alert
        EXPECT_THROW(pair.server->handshake(), error);
    });
}

// Scenario 33.
TEST(Tls, RefusesGarbageBehindTheHandshake) {
    in_runtime([] {
        tls_pair pair;
        pair.shake_hands();
        pair.client_transport->write("this is no TLS record at all");
        std::array<std::byte, 1> block{};
        for (int i = 0; i < 2; ++i) {
            try {
                (void)pair.server->read_some(block);
                FAIL();
            } catch (const error& thrown) {
                EXPECT_EQ(thrown.code(), errc::tls_protocol_error);
            }
        }
    });
}

/// A peer that is OpenSSL alone, to do what tls_stream never does.
class raw_peer {
public:
    explicit raw_peer(memory_stream& transport, int version = 0) : transport_(transport) {
        SSL_CTX* settings = SSL_CTX_new(TLS_client_method());
        ssl_ = SSL_new(settings);
        SSL_CTX_free(settings);
        SSL_set_max_proto_version(ssl_, version);
        SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_connect_state(ssl_);
        while (SSL_do_handshake(ssl_) != 1) {
            exchange();
        }
        send();
    }
    ~raw_peer() { SSL_free(ssl_); }
    raw_peer(const raw_peer&) = delete;
    raw_peer& operator=(const raw_peer&) = delete;

    SSL* get() { return ssl_; }

    void send() {
        char* data = nullptr;
        const auto size = BIO_get_mem_data(SSL_get_wbio(ssl_), &data);
        if (size > 0) {
            transport_.write({data, static_cast<std::size_t>(size)});
            (void)BIO_reset(SSL_get_wbio(ssl_));
        }
    }

private:
    void exchange() {
        send();
        std::array<std::byte, 4'096> block{};
        const auto count = transport_.read_some(block);
        BIO_write(SSL_get_rbio(ssl_), block.data(), static_cast<int>(count));
    }

    memory_stream& transport_;
    SSL* ssl_;
};

// Scenario 33.
TEST(Tls, BoundsAFloodOfKeyUpdates) {
    in_runtime([] {
        tls_pair pair;
        auto flooding = spawn([&] {
            raw_peer peer(*pair.client_transport);
            try {
                for (;;) {
                    SSL_key_update(peer.get(), SSL_KEY_UPDATE_REQUESTED);
                    SSL_do_handshake(peer.get());
                    peer.send();
                }
            } catch (const error&) {
                return;
            }
        });
        std::array<std::byte, 1> block{};
        try {
            (void)pair.server->read_some(block);
            FAIL();
        } catch (const error& thrown) {
            EXPECT_EQ(thrown.code(), errc::tls_protocol_error);
        }
        pair.server->close();
        flooding.get();
    });
}

TEST(Tls, TakesAFewKeyUpdates) {
    in_runtime([] {
        tls_pair pair;
        auto other = spawn([&] {
            raw_peer peer(*pair.client_transport);
            for (int i = 0; i < 100; ++i) {
                SSL_key_update(peer.get(), SSL_KEY_UPDATE_REQUESTED);
                SSL_write(peer.get(), "x", 1);
                peer.send();
            }
        });
        EXPECT_EQ(test::read_up_to(*pair.server, 100), std::string(100, 'x'));
        pair.server->write_all(bytes_of("y"));
    });
}

// Scenario 33: TLS 1.2 knows renegotiation; it is refused.
TEST(Tls, RefusesRenegotiation) {
    in_runtime([] {
        tls_pair pair;
        auto other = spawn([&] {
            raw_peer peer(*pair.client_transport, TLS1_2_VERSION);
            SSL_renegotiate(peer.get());
            SSL_do_handshake(peer.get());
            peer.send();
            pair.client_transport->read(5);
            pair.client_transport->close();
        });
        std::array<std::byte, 1> block{};
        EXPECT_THROW((void)pair.server->read_some(block), error);
        EXPECT_EQ(pair.server->protocol(), "TLSv1.2");
    });
}

TEST(Tls, RefusesOldVersions) {
    in_runtime([] {
        tls_pair pair;
        auto other = spawn([&] {
            SSL_CTX* settings = SSL_CTX_new(TLS_client_method());
            SSL_CTX_set_security_level(settings, 0);
            SSL* ssl = SSL_new(settings);
            SSL_set_min_proto_version(ssl, TLS1_VERSION);
            SSL_set_max_proto_version(ssl, TLS1_1_VERSION);
            SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
            SSL_set_connect_state(ssl);
            SSL_do_handshake(ssl);
            char* data = nullptr;
            const auto size = BIO_get_mem_data(SSL_get_wbio(ssl), &data);
            pair.client_transport->write({data, static_cast<std::size_t>(size)});
            SSL_free(ssl);
            SSL_CTX_free(settings);
        });
        EXPECT_THROW(pair.server->handshake(), error);
    });
}

// One fiber reads while another writes, both without end.
TEST(Tls, CarriesBothDirectionsWithoutWaitingForEachOther) {
    in_runtime([] {
        tls_pair pair(client_context(), server_context(), "a.test", {.capacity = 1'000});
        const auto sent = test::pattern(300'000);
        auto up = spawn([&] { pair.client->write_all(bytes_of(sent)); });
        auto down = spawn([&] { pair.server->write_all(bytes_of(sent)); });
        auto read_up = spawn([&] { return test::read_up_to(*pair.server, sent.size()); });
        EXPECT_EQ(test::read_up_to(*pair.client, sent.size()), sent);
        EXPECT_EQ(read_up.get(), sent);
        up.get();
        down.get();
    });
}

TEST(Tls, CanStillReadAfterItsGoodbye) {
    in_runtime([] {
        tls_pair pair;
        pair.shake_hands();
        pair.client->shutdown_write();
        pair.client->shutdown_write();
        std::array<std::byte, 1> block{};
        EXPECT_EQ(pair.server->read_some(block), 0U);
        pair.server->write_all(bytes_of("answer"));
        EXPECT_EQ(test::read_up_to(*pair.client, 6), "answer");
        EXPECT_THROW(pair.client->write_all(bytes_of("x")), error);
    });
}

// The queue of failures belongs to the thread, hence to all fibers.
TEST(Tls, IsNotConfusedByFailuresOfOthers) {
    in_runtime([] {
        tls_pair good;
        good.shake_hands();
        tls_pair bad;
        bad.client_transport->write("nonsense nonsense nonsense");
        EXPECT_THROW(bad.server->handshake(), error);
        auto writing = spawn([&] { good.server->write_all(bytes_of("fine")); });
        EXPECT_EQ(test::read_up_to(*good.client, 4), "fine");
    });
}

}  // namespace
}  // namespace weft::net
