// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What the example servers share: their command line and their end.

#include <weft/net/tcp.hpp>
#include <weft/unique_fd.hpp>

#include <csignal>
#include <functional>
#include <map>
#include <string>

namespace servers {

/// Turns SIGINT and SIGTERM into something that a fiber waits for.
///
/// Threads: made on the main thread before any other thread, as those inherit its signal mask.
class stop_signal {
public:
    stop_signal();
    ~stop_signal();
    stop_signal(const stop_signal&) = delete;
    stop_signal& operator=(const stop_signal&) = delete;

    /// Blocks: the fiber, until one of the signals comes.
    void wait() const;

private:
    sigset_t before_{};
    weft::unique_fd signals_;
};

/// Options such as --port 8080, each with a number.
using number_options = std::map<std::string, double>;

/// What a server does with its listener until the signal comes.
using serve_function =
    std::function<void(weft::net::tcp_listener&, stop_signal&, const number_options&)>;

/// The body of a server's main(): reads the options, listens on 127.0.0.1 at --port, says so on
/// stdout and runs `serve`. Returns the exit status: 0, 1 if it cannot listen, 2 for wrong usage.
///
/// \param options  what the program understands, with the values to use if not given.
int run_server(int argc, char** argv, number_options options, const serve_function& serve);

}  // namespace servers
