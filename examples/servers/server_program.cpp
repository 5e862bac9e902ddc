// SPDX-License-Identifier: BSL-1.0
#include "servers/server_program.hpp"

#include <weft/net/address.hpp>
#include <weft/run.hpp>
#include <weft/shutdown.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>

namespace servers {

namespace {

constexpr double highest_port = 65'535;

/// A command line that cannot be followed.
class usage_fault : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

double parse_number(const std::string& option, std::string_view text) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, fault] = std::from_chars(text.data(), end, value);
    if (fault != std::errc() || stopped != end || !(value >= 0 && value <= 1e9)) {
        throw usage_fault(option + " '" + std::string(text) + "': wanted a number of 0 or more");
    }
    return value;
}

void parse(int argc, char** argv, number_options& options) {
    for (int at = 1; at < argc; at += 2) {
        const auto known = options.find(argv[at]);
        if (known == options.end()) {
            throw usage_fault(std::string(argv[at]) + ": no such option");
        }
        if (at + 1 == argc) {
            throw usage_fault(known->first + ": its value is missing");
        }
        known->second = parse_number(known->first, argv[at + 1]);
    }
    const double port = options.at("--port");
    if (port > highest_port || std::trunc(port) != port) {
        throw usage_fault("--port: wanted a whole number up to 65535");
    }
}

void serve_at(const number_options& options, const serve_function& serve) {
    const auto port = static_cast<std::uint16_t>(options.at("--port"));
    auto listener = weft::net::tcp_listener::listen(weft::net::address::loopback_v4(port));
    weft::with_graceful_shutdown([&](weft::event& stop) {
        // Only now, since whoever reads it may send a signal at once.
        std::printf("listening on %s\n", listener.local_address().to_string().c_str());
        std::fflush(stdout);
        serve(listener, stop, options);
    });
}

}  // namespace

int run_server(int argc, char** argv, number_options options, const serve_function& serve) {
    try {
        options.try_emplace("--port", 0);
        parse(argc, argv, options);
        weft::run([&] { serve_at(options, serve); });
        return 0;
    } catch (const usage_fault& fault) {
        std::fprintf(stderr, "%s\n", fault.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

}  // namespace servers
