// SPDX-License-Identifier: BSL-1.0
#include "servers/server_program.hpp"

#include <weft/io.hpp>
#include <weft/net/address.hpp>
#include <weft/run.hpp>

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <system_error>

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

void serve_at(const number_options& options, const serve_function& serve, stop_signal& stop) {
    const auto port = static_cast<std::uint16_t>(options.at("--port"));
    auto listener = weft::net::tcp_listener::listen(weft::net::address::loopback_v4(port));
    std::printf("listening on %s\n", listener.local_address().to_string().c_str());
    std::fflush(stdout);
    serve(listener, stop, options);
}

}  // namespace

stop_signal::stop_signal() {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &wanted, &before_);
    signals_.reset(signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!signals_) {
        throw std::system_error(errno, std::system_category(), "signalfd");
    }
}

stop_signal::~stop_signal() {
    // One that still waits would end the process now, which is ending well by itself.
    signalfd_siginfo taken{};
    while (read(signals_.get(), &taken, sizeof taken) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void stop_signal::wait() const {
    weft::io::wait_readable(signals_.get());
}

int run_server(int argc, char** argv, number_options options, const serve_function& serve) {
    try {
        options.try_emplace("--port", 0);
        parse(argc, argv, options);
        stop_signal stop;
        weft::run_options chosen;
        chosen.handle_interrupt = false;  // stop_signal does
        weft::run([&] { serve_at(options, serve, stop); }, chosen);
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
