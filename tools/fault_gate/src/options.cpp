// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <weft/net/error.hpp>

namespace weft::gate_tool {

namespace {

net::address endpoint(const std::string& text, const std::string& what) {
    try {
        return net::address::parse_endpoint(text, 0);
    } catch (const net::error&) {
        throw refusal(what + ": \"" + text + "\" is no address with a port");
    }
}

/// "--delay=100" is the command "delay 100".
std::string command_from(const std::string& option) {
    std::string command = option.substr(2);
    if (const auto equals = command.find('='); equals != command.npos) {
        command[equals] = ' ';
    }
    return command;
}

}  // namespace

options parse(const std::vector<std::string>& arguments) {
    options chosen;
    bool has_server = false;
    for (const auto& each : arguments) {
        if (each == "--help" || each == "-h") {
            chosen.help = true;
            return chosen;
        }
        if (each.starts_with("--listen=")) {
            chosen.listen = endpoint(each.substr(9), "--listen");
        } else if (each.starts_with("--")) {
            amend(command_from(each), chosen.faults);
        } else if (!has_server) {
            chosen.server = endpoint(each, "SERVER");
            has_server = true;
        } else {
            throw refusal("one server is enough: \"" + each + "\"");
        }
    }
    if (!has_server || chosen.server.port() == 0) {
        throw refusal("which server, and which port? See weft-fault-gate --help");
    }
    return chosen;
}

namespace {

constexpr const char* help = R"(NAME
    weft-fault-gate - pass TCP connections on to a server, with faults

SYNOPSIS
    weft-fault-gate SERVER [--listen=ADDRESS] [--FAULT[=NUMBER]...]

DESCRIPTION
    Listens on a free port of 127.0.0.1, prints "listening on ADDRESS", and passes each
    connection on to SERVER, such as 127.0.0.1:5432 or [::1]:6379. Faults are given as
    options, and while it runs as lines of stdin without the dashes: "delay 100". Each line
    is answered with "ok" or "error: ...". It ends with its stdin, or by a signal.

FAULTS
    delay MS            each piece waits
    drop                bytes disappear; connections stay
    pieces N, single    at most N bytes, or one, at a time
    limit N             N bytes pass in each direction, the rest disappears
    corrupt N           a bit of each N-th byte is turned
    close, reset        the next byte closes the connection, or resets it
    close-after N, reset-after N
                        the same once N bytes have passed in one direction
    stop-accepting      new connections are not taken from the backlog
    refuse              nobody listens
    only-to-server, only-to-client
                        faults of bytes concern this direction only
    recover             no faults any more
    Sizes count from the latest command, for each connection.

COMMANDS
    cut, cut reset      ends all connections now
    status              prints "ok: N open, N accepted, N bytes passed"

OPTIONS
    --listen=ADDRESS    where to listen, such as 127.0.0.1:7000
    --help              prints this

EXIT STATUS
    0; 2 for a wrong option; 1 if it cannot listen.
)";

}  // namespace

const char* help_text() noexcept {
    return help;
}

}  // namespace weft::gate_tool
