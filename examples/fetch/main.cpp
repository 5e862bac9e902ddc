// SPDX-License-Identifier: BSL-1.0
//
// fetch: fetches URLs concurrently, by name and over TLS, in straight-line code on fibers.
#include "fetch/embedded_servers.hpp"
#include "fetch/fetcher.hpp"
#include "fetch/options.hpp"
#include "fetch/report.hpp"

#include <weft/error.hpp>
#include <weft/http/client.hpp>
#include <weft/net/dns.hpp>
#include <weft/net/tcp_connector.hpp>
#include <weft/net/tls_connector.hpp>
#include <weft/run.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace {

using weft::net::tls_context;

weft::net::resolver_options names_from(const weft::net::address& server) {
    weft::net::resolver_options options;
    options.servers = {server.to_string()};
    return options;
}

weft::http::session_options session_options_for(const fetch::options& wanted) {
    weft::http::session_options options;
    options.max_connections =
        std::max(options.max_connections, static_cast<std::size_t>(wanted.concurrency));
    options.total_timeout = wanted.timeout;  // the one limit: the parts need none of their own
    options.connect_timeout = weft::clock::duration::zero();
    options.read_timeout = weft::clock::duration::zero();
    return options;
}

/// Fetches over one session on top of `transport`. Returns whether all were fetched.
bool fetch_over(weft::net::connector& transport, const tls_context& trust,
                const fetch::options& wanted) {
    weft::net::tls_connector connector(transport, trust);
    weft::http::session session(connector, session_options_for(wanted));
    fetch::report report(wanted.json, wanted.urls.size() * wanted.repeat);
    fetch::fetch_all(session, wanted, [&](const fetch::outcome& ended) { report.add(ended); });
    report.finish();
    return report.all_fetched();
}

tls_context trust_in_system() {
    weft::net::tls_client_options options;
    options.alpn = {"http/1.1"};
    return tls_context::client(options);
}

bool fetch_given(const fetch::options& wanted) {
    weft::net::resolver names(wanted.dns ? names_from(*wanted.dns) : weft::net::resolver_options());
    weft::net::tcp_connector transport(names);
    return fetch_over(transport, wanted.trust ? *wanted.trust : trust_in_system(), wanted);
}

bool fetch_embedded(fetch::options wanted) {
    const fetch::embedded_servers servers;
    for (const auto& url : fetch::embedded_servers::urls()) {
        wanted.urls.push_back({url, url});
    }
    weft::net::resolver names(names_from(servers.name_server()));
    weft::net::tcp_connector transport(names);
    fetch::embedded_ports ports(transport, servers);
    weft::net::tls_client_options trust;
    trust.ca_pem = servers.ca_pem();
    trust.alpn = {"http/1.1"};
    return fetch_over(ports, tls_context::client(trust), wanted);
}

int fetch_as_asked(const std::vector<std::string>& arguments) {
    const auto wanted = fetch::parse_options(arguments);
    if (wanted.help) {
        std::fputs(fetch::help_text, stdout);
        return 0;
    }
    const bool fetched = weft::run(
        [&] { return wanted.urls.empty() ? fetch_embedded(wanted) : fetch_given(wanted); });
    return fetched ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return fetch_as_asked({argv + 1, argv + argc});
    } catch (const fetch::usage_fault& fault) {
        std::fprintf(stderr, "fetch: %s\n", fault.what());
        return 2;
    } catch (const weft::interrupted&) {
        std::fputs("fetch: interrupted\n", stderr);
        return 130;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fetch: %s\n", error.what());
        return 1;
    }
}
