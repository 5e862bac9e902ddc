// SPDX-License-Identifier: BSL-1.0
#include "tls/session.hpp"

#include "net/tls_harness.hpp"
#include "support/runtime_test.hpp"

#include <weft/testing/stream_text.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

namespace weft::net {
namespace {

using namespace std::chrono_literals;
using namespace test;  // NOLINT(google-build-using-namespace)

using TlsSession = weft::test::runtime_test;

// Scenario 33: an end without the goodbye is told apart from a real one.
FIBER_TEST_F(TlsSession, ReportsTruncation) {
    tls_pair pair;
    pair.shake_hands();
    pair.server->write_all(bytes_of("part"));
    pair.server->close();
    EXPECT_EQ(testing::read_up_to(*pair.client, 4), "part");
    std::array<std::byte, 1> more{};
    try {
        (void)pair.client->read_some(more);
        FAIL();
    } catch (const error& thrown) {
        EXPECT_EQ(thrown.code(), errc::tls_truncated);
    }
}

// A.14, scenario 33.
FIBER_TEST_F(TlsSession, ReportsAnEndInTheHandshake) {
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
}

// A.14, scenario 33.
FIBER_TEST_F(TlsSession, GivesUpASilentPeer) {
    tls_pair pair;
    try {
        pair.client->handshake();
        FAIL();
    } catch (const error& thrown) {
        EXPECT_EQ(thrown.code(), std::errc::timed_out);
    }
    EXPECT_EQ(clock::now().time_since_epoch(), 60s);
}

// Scenario 33.
FIBER_TEST_F(TlsSession, AnswersGarbageWithAnAlert) {
    tls_pair pair;
    pair.client_transport->write({"\x16\x03\x01\x00\x05hello", 10});
    try {
        pair.server->handshake();
        FAIL();
    } catch (const error& thrown) {
        EXPECT_EQ(thrown.code(), errc::tls_handshake_failed);
    }
    EXPECT_EQ(pair.client_transport->read(1), "\x15");  // the type of an alert
    EXPECT_THROW(pair.server->handshake(), error);
}

FIBER_TEST_F(TlsSession, RefusesAPeerThatSpeaksNoTls) {
    tls_pair pair;
    pair.client_transport->write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    try {
        pair.server->handshake();
        FAIL();
    } catch (const error& thrown) {
        EXPECT_EQ(thrown.code(), errc::tls_handshake_failed);
    }
}

// Scenario 33.
FIBER_TEST_F(TlsSession, RefusesGarbageBehindTheHandshake) {
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
}

/// A peer that is OpenSSL alone, to do what tls_stream never does.
class raw_peer {
public:
    explicit raw_peer(testing::memory_stream& transport, int version = 0) : transport_(transport) {
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

    testing::memory_stream& transport_;
    SSL* ssl_;
};

// Scenario 33.
FIBER_TEST_F(TlsSession, BoundsAFloodOfKeyUpdates) {
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
}

FIBER_TEST_F(TlsSession, TakesAFewKeyUpdates) {
    tls_pair pair;
    auto other = spawn([&] {
        raw_peer peer(*pair.client_transport);
        for (int i = 0; i < 100; ++i) {
            SSL_key_update(peer.get(), SSL_KEY_UPDATE_REQUESTED);
            SSL_write(peer.get(), "x", 1);
            peer.send();
        }
    });
    EXPECT_EQ(testing::read_up_to(*pair.server, 100), std::string(100, 'x'));
    pair.server->write_all(bytes_of("y"));
}

// Scenario 33: TLS 1.2 knows renegotiation; it is refused.
FIBER_TEST_F(TlsSession, RefusesRenegotiation) {
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
}

FIBER_TEST_F(TlsSession, RefusesOldVersions) {
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
}

// The queue of failures belongs to the thread, hence to all fibers.
FIBER_TEST_F(TlsSession, IsNotConfusedByFailuresOfOthers) {
    tls_pair good;
    good.shake_hands();
    tls_pair bad;
    bad.client_transport->write("nonsense nonsense nonsense");
    EXPECT_THROW(bad.server->handshake(), error);
    auto writing = spawn([&] { good.server->write_all(bytes_of("fine")); });
    EXPECT_EQ(testing::read_up_to(*good.client, 4), "fine");
}

}  // namespace
}  // namespace weft::net
