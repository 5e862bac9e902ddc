// SPDX-License-Identifier: BSL-1.0
//
// Bugs of clients that only a network that fails shows.
#include "planted_bugs.hpp"

#include <weft/error.hpp>
#include <weft/net/buffered_reader.hpp>
#include <weft/net/serve.hpp>
#include <weft/net/tcp.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace weft::testing {

namespace {

using namespace std::chrono_literals;

const auto bank_place = net::address::parse_endpoint("10.1.0.1:700", 0);

/// Answers lines with what `answer` makes of each.
class line_server {
public:
    explicit line_server(std::function<std::string(const std::string&)> answer)
        : answer_(std::move(answer)) {}

private:
    void serve(net::tcp_stream& client) const {
        net::buffered_reader lines(client);
        for (auto line = lines.read_line(); line.ends_with('\n'); line = lines.read_line()) {
            client.write_all(net::bytes_of(answer_(line.substr(0, line.size() - 1)) + "\n"));
        }
    }

    std::function<std::string(const std::string&)> answer_;
    net::tcp_listener listener_ = net::tcp_listener::listen(bank_place);
    task<void> serving_ = spawn([this] {
        net::serve(listener_, [this](net::tcp_stream& client) { serve(client); },
                   {.on_error = [](std::exception_ptr) {}});
    });
};

/// A connection to the bank.
struct line_client {
    net::tcp_stream stream = net::tcp_stream::connect(bank_place);
    net::buffered_reader lines{stream};

    std::string ask(const std::string& question) {
        stream.write_all(net::bytes_of(question + "\n"));
        const auto line = lines.read_line();
        if (!line.ends_with('\n')) {
            throw net::error(std::make_error_code(std::errc::connection_reset), "ask");
        }
        return line.substr(0, line.size() - 1);
    }
};

/// A client that believes that the bank always answers.
void ask_without_limit(simulation& world, variant which) {
    line_server bank([](const std::string& question) { return "re:" + question; });
    const auto ask = [&] {
        world.require(line_client().ask("hello") == "re:hello", "the answer to hello");
    };
    try {
        if (which == variant::planted) {
            ask();
        } else {
            fail_after(30s, ask);
        }
    } catch (const io_error&) {  // resets are expected
    } catch (const timeout_error&) {
    }
}

/// Keeps connections for reuse. With the bug, also those whose answer nobody has read.
class bank_pool {
public:
    explicit bank_pool(variant which) : which_(which) {}

    std::string ask(const std::string& question) {
        auto connection = take();
        const returning at_end{*this, connection};
        const bool whole = which_ == variant::planted;
        at_end.reusable = whole;
        auto answer = connection->ask(question);
        at_end.reusable = true;
        return answer;
    }

private:
    struct returning {
        bank_pool& pool;
        std::unique_ptr<line_client>& connection;
        mutable bool reusable = false;
        ~returning() {
            if (reusable) {
                pool.idle_.push_back(std::move(connection));
            }
        }
    };

    std::unique_ptr<line_client> take() {
        if (idle_.empty()) {
            return std::make_unique<line_client>();
        }
        auto taken = std::move(idle_.back());
        idle_.pop_back();
        return taken;
    }

    variant which_;
    std::vector<std::unique_ptr<line_client>> idle_;
};

void ask_hurriedly(simulation& world, variant which) {
    line_server bank([](const std::string& question) { return "re:" + question; });
    bank_pool pool(which);
    for (int i = 0; i < 5; ++i) {
        const auto question = std::to_string(i);
        const auto limit = std::chrono::milliseconds(world.between(1, 20));
        try {
            (void)move_on_after(limit, [&] {
                const auto answer = pool.ask(question);
                world.require(answer == "re:" + question,
                              "the answer to " + question + " and not " + answer);
            });
        } catch (const io_error&) {
        }
    }
}

/// Pays by asking again when a connection fails. With the bug the bank cannot know that it is the
/// same payment.
void pay(simulation& world, variant which) {
    std::multiset<std::string> booked;
    line_server bank([&](const std::string& payment) {
        const bool again = which == variant::fixed && booked.contains(payment);
        if (!again) {
            booked.insert(payment);
        }
        return "paid";
    });
    const std::string payment = "5 to Ann, number 17";
    for (int attempt = 0; attempt < 3; ++attempt) {
        try {
            if (move_on_after(30s, [&] { (void)line_client().ask(payment); })) {
                break;
            }
        } catch (const io_error&) {
        }
    }
    world.require(booked.count(payment) <= 1, "no payment is booked twice");
}

simulation_options with(const network_conditions& weather) {
    return {.network = weather, .time_limit = 1h};
}

}  // namespace

TEST(PlantedBugs, MissingTimeoutIsFound) {
    expect_found(ask_without_limit, with({.silent = 0.05, .break_within = 50}));
}

TEST(PlantedBugs, PoolThatReusesAHalfReadConnectionIsFound) {
    expect_found(ask_hurriedly, with({.most_latency = 10ms}));
}

TEST(PlantedBugs, RetryThatDoublesAPaymentIsFound) {
    expect_found(pay, with({.reset = 0.1, .break_within = 50}));
}

}  // namespace weft::testing
