// SPDX-License-Identifier: BSL-1.0
#include "fetch/options.hpp"

#include <weft/error.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <memory>
#include <system_error>

namespace fetch {

const char* const help_text =
    "usage: fetch [option]... [URL]...\n"
    "\n"
    "Fetches http and https URLs concurrently over one session and prints a line for\n"
    "each as it ends. Without a URL it starts three HTTPS servers and a DNS server\n"
    "of its own on loopback and fetches from those.\n"
    "\n"
    "  --concurrency N   requests under way at once, 1 to 10000; 10 unless given\n"
    "  --timeout S       seconds for each URL, such as 2.5; 30 unless given\n"
    "  --cacert FILE     trust the authorities in this PEM file, not the system's\n"
    "  --dns HOST:PORT   ask this name server; HOST is an address\n"
    "  --repeat N        fetch the whole list N times, 1 to 1000000\n"
    "  --sha256          add the SHA-256 of each decoded body\n"
    "  --json            print one JSON object for each URL: url, status, bytes, ms,\n"
    "                    reused, error; then one with total_s\n"
    "  --help            print this\n"
    "\n"
    "bytes counts the decoded body; a status of 400 or more is an error.\n"
    "Exit status: 0 all fetched, 1 some not, 2 wrong usage, 130 interrupted.\n";

namespace {

constexpr std::ptrdiff_t most_at_once = 10'000;
constexpr std::size_t most_repeats = 1'000'000;
constexpr double longest_timeout = 1e9;  // seconds, some 30 years

[[noreturn]] void refuse(const std::string& option, const std::string& value,
                         const std::string& why) {
    throw usage_fault(option + " '" + value + "': " + why);
}

template <class Number>
Number parse_number(const std::string& option, const std::string& text, Number least, Number most,
                    const std::string& wanted) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [stopped, fault] = std::from_chars(text.data(), end, value);
    // Written so that a floating-point value that is not a number is refused, too.
    const bool in_range = value >= least && value <= most;
    if (fault != std::errc() || stopped != end || !in_range) {
        refuse(option, text, "wanted " + wanted);
    }
    return value;
}

std::chrono::nanoseconds parse_timeout(const std::string& option, const std::string& text) {
    const auto seconds = parse_number(option, text, 0.0, longest_timeout,
                                      "a number of seconds above 0, such as 2.5");
    const auto timeout = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(seconds));
    if (timeout.count() <= 0) {
        refuse(option, text, "wanted a number of seconds above 0, such as 2.5");
    }
    return timeout;
}

std::string read_file(const std::string& option, const std::string& file) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.c_str(), "rb"),
                                                             &std::fclose);
    std::string content;
    std::array<char, 4096> piece{};
    std::size_t size = 0;
    while (in && (size = std::fread(piece.data(), 1, piece.size(), in.get())) > 0) {
        content.append(piece.data(), size);
    }
    if (!in || std::ferror(in.get()) != 0) {
        refuse(option, file, std::generic_category().message(errno));
    }
    return content;
}

weft::net::tls_context trust_in(const std::string& option, const std::string& file) {
    weft::net::tls_client_options wanted;
    wanted.ca_pem = read_file(option, file);
    wanted.alpn = {"http/1.1"};
    try {
        if (wanted.ca_pem.empty()) {
            refuse(option, file, "the file is empty");
        }
        return weft::net::tls_context::client(wanted);
    } catch (const weft::io_error& error) {
        refuse(option, file, error.what());
    }
}

weft::net::address parse_server(const std::string& option, const std::string& text) {
    try {
        return weft::net::address::parse_endpoint(text, 53);
    } catch (const weft::io_error&) {
        refuse(option, text, "wanted an address and a port, such as 127.0.0.1:53 or [::1]:53");
    }
}

wanted_url parse_url(const std::string& text) {
    try {
        return {text, weft::http::url(text)};
    } catch (const weft::io_error& error) {
        refuse("URL", text, error.what());
    }
}

class parser {
public:
    explicit parser(const std::vector<std::string>& arguments) : left_(arguments) {}

    options parse() {
        while (next_ < left_.size()) {
            const auto& argument = left_[next_++];
            if (!only_urls_ && argument.starts_with("-") && argument != "-") {
                take_option(argument);
            } else {
                made_.urls.push_back(parse_url(argument));
            }
        }
        if (made_.urls.empty() && (made_.trust || made_.dns)) {
            throw usage_fault("--cacert and --dns need a URL: without one, fetch uses its own");
        }
        return std::move(made_);
    }

private:
    void take_option(const std::string& name) {
        if (name == "--") {
            only_urls_ = true;
        } else if (name == "--help") {
            made_.help = true;
        } else if (name == "--json") {
            made_.json = true;
        } else if (name == "--sha256") {
            made_.sha256 = true;
        } else if (!take_option_with_value(name)) {
            throw usage_fault(name + ": no such option (see --help)");
        }
    }

    bool take_option_with_value(const std::string& name) {
        if (name == "--concurrency") {
            made_.concurrency = parse_number<std::ptrdiff_t>(name, value_of(name), 1, most_at_once,
                                                             "a whole number from 1 to 10000");
        } else if (name == "--timeout") {
            made_.timeout = parse_timeout(name, value_of(name));
        } else if (name == "--cacert") {
            made_.trust = trust_in(name, value_of(name));
        } else if (name == "--dns") {
            made_.dns = parse_server(name, value_of(name));
        } else if (name == "--repeat") {
            made_.repeat = parse_number<std::size_t>(name, value_of(name), 1, most_repeats,
                                                     "a whole number from 1 to 1000000");
        } else {
            return false;
        }
        return true;
    }

    const std::string& value_of(const std::string& name) {
        if (next_ == left_.size()) {
            throw usage_fault(name + ": its value is missing");
        }
        return left_[next_++];
    }

    const std::vector<std::string>& left_;
    std::size_t next_ = 0;
    bool only_urls_ = false;
    options made_;
};

}  // namespace

options parse_options(const std::vector<std::string>& arguments) {
    return parser(arguments).parse();
}

}  // namespace fetch
