// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What the example servers share: their command line and their end.

#include <weft/event.hpp>
#include <weft/net/tcp.hpp>

#include <functional>
#include <map>
#include <string>

namespace servers {

/// Options such as --port 8080, each with a number.
using number_options = std::map<std::string, double>;

/// What a server does with its listener until `stop` is set by SIGINT or SIGTERM; a second signal
/// cancels it.
using serve_function =
    std::function<void(weft::net::tcp_listener&, weft::event& stop, const number_options&)>;

/// The body of a server's main(): reads the options, listens on 127.0.0.1 at --port, says so on
/// stdout and runs `serve`. Returns the exit status: 0, 1 if it cannot listen, 2 for wrong usage.
///
/// \param options  what the program understands, with the values to use if not given.
int run_server(int argc, char** argv, number_options options, const serve_function& serve);

}  // namespace servers
