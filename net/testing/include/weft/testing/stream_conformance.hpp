// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What every stream has to do. A test file instantiates it with a type that connects two:
///
///     struct over_mine { static weft::testing::stream_pair connect(); };  // called in a fiber
///     namespace weft::testing {
///     INSTANTIATE_TYPED_TEST_SUITE_P(Mine, StreamConformance, over_mine);
///     }

#include <weft/event.hpp>
#include <weft/net/error.hpp>
#include <weft/net/stream.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/testing/stream_text.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace weft::testing {

/// Two streams that are each other's peer.
struct stream_pair {
    std::unique_ptr<net::stream> left;
    std::unique_ptr<net::stream> right;
};

template <class Connect>
class StreamConformance : public fiber_test {
protected:
    StreamConformance() {
        time_limit = std::chrono::minutes(1);
    }  // a slow stream on a slow machine
};

TYPED_TEST_SUITE_P(StreamConformance);

TYPED_TEST_P(StreamConformance, CarriesMuchDataInBothDirectionsAtOnce) {
    this->run([] {
        auto [left, right] = TypeParam::connect();
        const auto sent = pattern(1'000'003);
        auto echo = spawn([&stream = *right] {
            std::array<std::byte, 5000> block{};
            while (const std::size_t count = stream.read_some(block)) {
                stream.write_all(std::span(block).first(count));
            }
        });
        auto sender = spawn([&stream = *left, &sent] { stream.write_all(net::bytes_of(sent)); });
        EXPECT_EQ(read_up_to(*left, sent.size()), sent);
        sender.get();
        left->close();
        try {
            echo.get();
        } catch (const net::error&) {  // where an end without a goodbye is one
        }
    });
}

TYPED_TEST_P(StreamConformance, EndsWhenThePeerHasClosed) {
    this->run([] {
        auto [left, right] = TypeParam::connect();
        left->write_all(net::bytes_of("bye"));
        auto closing = spawn([&stream = *left] { stream.shutdown_write(); });
        EXPECT_EQ(read_up_to(*right, 100), "bye");
        closing.get();
        std::array<std::byte, 1> more{};
        EXPECT_EQ(right->read_some(more), 0U);
    });
}

TYPED_TEST_P(StreamConformance, DoesNothingForNoBytes) {
    this->run([] {
        auto [left, right] = TypeParam::connect();
        EXPECT_EQ(left->read_some({}), 0U);
        left->write_all({});
        left->write_all(net::bytes_of("x"));
        EXPECT_EQ(read_up_to(*right, 1), "x");
    });
}

// T114, and scenario 13: SIGPIPE never kills.
TYPED_TEST_P(StreamConformance, FailsToWriteOnceThePeerIsGone) {
    this->run([] {
        auto [left, right] = TypeParam::connect();
        right->close();
        right.reset();
        EXPECT_THROW(
            {
                for (int i = 0; i < 1000; ++i) {
                    left->write_all(net::bytes_of("is anybody there?"));
                    this_fiber::yield();
                }
            },
            net::error);
    });
}

TYPED_TEST_P(StreamConformance, LosesNothingWhenAReadIsCancelled) {
    this->run([] {
        auto [left, right] = TypeParam::connect();
        std::array<std::byte, 16> block{};
        EXPECT_FALSE(move_on_after(std::chrono::milliseconds(1),
                                   [&, &stream = *right] { (void)stream.read_some(block); }));
        left->write_all(net::bytes_of("kept"));
        EXPECT_EQ(read_up_to(*right, 4), "kept");
    });
}

// Scenario 6
TYPED_TEST_P(StreamConformance, WakesAReaderWhenItIsClosed) {
    this->run([] {
        auto [left, right] = TypeParam::connect();
        event about_to_read;
        auto reader = spawn([&, &stream = *right] {
            std::array<std::byte, 1> block{};
            about_to_read.set();
            (void)stream.read_some(block);
        });
        about_to_read.wait();
        this_fiber::yield();
        right->close();
        EXPECT_THROW(reader.get(), net::error);
    });
}

TYPED_TEST_P(StreamConformance, FailsAfterItWasClosed) {
    this->run([] {
        auto [left, right] = TypeParam::connect();
        left->close();
        left->close();
        std::array<std::byte, 1> block{};
        EXPECT_THROW((void)left->read_some(block), net::error);
        EXPECT_THROW(left->write_all(net::bytes_of("x")), net::error);
        EXPECT_THROW(left->shutdown_write(), net::error);
    });
}

REGISTER_TYPED_TEST_SUITE_P(StreamConformance, CarriesMuchDataInBothDirectionsAtOnce,
                            EndsWhenThePeerHasClosed, DoesNothingForNoBytes,
                            FailsToWriteOnceThePeerIsGone, LosesNothingWhenAReadIsCancelled,
                            WakesAReaderWhenItIsClosed, FailsAfterItWasClosed);

}  // namespace weft::testing
