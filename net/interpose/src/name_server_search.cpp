// SPDX-License-Identifier: BSL-1.0
#include "name_server_search.hpp"

#include "dns/raw_query.hpp"

#include <weft/net/error.hpp>

#include "host_message.hpp"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <span>

namespace weft::interpose {

namespace {

using net::dns::answer;
using net::dns::question;
using net::dns::raw_servers;

/// The state of libc's resolver for this thread. Making a question brings it up to date: libc reads
/// resolv.conf anew when that has changed, unless the program has changed the state itself.
const struct __res_state& current_state() noexcept {
    std::array<unsigned char, NS_PACKETSZ> question{};
    static_cast<void>(::res_mkquery(ns_o_query, ".", ns_c_in, ns_t_ns, nullptr, 0, nullptr,
                                    question.data(), question.size()));
    return _res;
}

std::string endpoint_of(const sockaddr* server) {
    const bool v4 = server->sa_family == AF_INET;
    return net::address::from_native(server, v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6))
        .to_string();
}

raw_servers servers_of(const struct __res_state& state) {
    raw_servers found;
    for (int i = 0; i < std::min(state.nscount, MAXNS); ++i) {
        const auto* const v4 = reinterpret_cast<const sockaddr*>(&state.nsaddr_list[i]);
        const auto* const v6 = reinterpret_cast<const sockaddr*>(state._u._ext.nsaddrs[i]);
        if (v4->sa_family == AF_INET) {
            found.servers.push_back(endpoint_of(v4));
        } else if (v6 != nullptr) {
            found.servers.push_back(endpoint_of(v6));
        }
    }
    found.timeout = std::chrono::seconds(std::clamp(state.retrans, 1, 30));
    found.tries = std::clamp(state.retry, 1, 5);
    return found;
}

std::vector<std::string> domains_of(const struct __res_state& state) {
    std::vector<std::string> found;
    for (const char* each : std::span(state.dnsrch)) {
        if (each == nullptr) {
            break;
        }
        found.emplace_back(each);
    }
    return found;
}

/// What the answers to one name mean together. Source: resolver(3), res_query().
int reason_of(std::span<const answer> answers) noexcept {
    int reason = NO_DATA;
    for (const answer& each : answers) {
        if (each.message.empty()) {
            return each.failure == net::errc::invalid_name ? NO_RECOVERY : TRY_AGAIN;
        }
        switch (code_of(each.message)) {
            case ns_r_noerror: break;
            case ns_r_nxdomain: reason = HOST_NOT_FOUND; break;
            case ns_r_servfail:
            case ns_r_notimpl:
            case ns_r_refused: return TRY_AGAIN;
            default: return NO_RECOVERY;
        }
    }
    return reason;
}

/// Such a name cannot be asked for.
bool has_empty_label(const std::string& name) noexcept {
    return name != "." &&
           (name.starts_with('.') || name.ends_with('.') || name.find("..") != name.npos);
}

/// Looks for one name after the other.
class searcher {
public:
    searcher(const struct __res_state& state, std::vector<int> types)
        : servers_(servers_of(state)), types_(std::move(types)) {}

    /// Whether the name has records; if not, `reason()` tells why.
    bool ask(const std::string& name) {
        failed_server_ = no_server_ = false;
        answers_.clear();
        if (has_empty_label(name)) {
            reason_ = NO_RECOVERY;
            return false;
        }
        std::vector<question> questions;
        for (const int type : types_) {
            questions.push_back({.name = name, .raw_type = type});
        }
        answers_ = net::dns::ask_raw(servers_, questions);
        const bool any = std::ranges::any_of(
            answers_, [](const answer& each) { return has_records(each.message); });
        reason_ = any ? 0 : reason_of(answers_);
        no_server_ = !any && std::ranges::any_of(answers_, [](const answer& each) {
            return each.message.empty() && each.failure == net::errc::resolver_failure;
        });
        failed_server_ = !any && std::ranges::any_of(answers_, [](const answer& each) {
            return !each.message.empty() && code_of(each.message) == ns_r_servfail;
        });
        return any;
    }

    [[nodiscard]] int reason() const noexcept { return reason_; }
    void set_reason(int reason) noexcept { reason_ = reason; }

    /// Whether a server failed, and whether none was to be reached.
    [[nodiscard]] bool failed_server() const noexcept { return failed_server_; }
    [[nodiscard]] bool no_server() const noexcept { return no_server_; }

    [[nodiscard]] const std::vector<answer>& answers() const noexcept { return answers_; }

private:
    raw_servers servers_;
    std::vector<int> types_;
    std::vector<answer> answers_;
    int reason_ = 0;
    bool failed_server_ = false;
    bool no_server_ = false;
};

/// What a search has learned so far.
struct search_state {
    bool no_data = false;
    bool servfail = false;
    bool over = false;       // no server is to be reached
    bool root_done = false;  // the list of domains has the root
};

/// One domain after the other, until a name has records or it is pointless to ask on.
bool search_domains(searcher& in, const std::string& name, const std::vector<std::string>& domains,
                    bool first_only, search_state& learned) {
    for (const std::string& domain : domains) {
        const bool root = domain.empty() || domain == ".";
        learned.root_done = learned.root_done || root;
        if (in.ask(root ? name : name + '.' + domain)) {
            return true;
        }
        learned.no_data = learned.no_data || in.reason() == NO_DATA;
        learned.servfail = learned.servfail || in.failed_server();
        learned.over = in.no_server();
        const bool hopeless =
            in.reason() == NO_RECOVERY || (in.reason() == TRY_AGAIN && !in.failed_server());
        if (hopeless || first_only) {
            return false;
        }
    }
    return false;
}

/// The order of names is that of res_search(3), and so is the reason.
bool search(searcher& in, const struct __res_state& state, std::string name) {
    const bool absolute = name.ends_with('.');
    const auto dots = static_cast<unsigned>(std::ranges::count(name, '.'));
    const bool as_it_is_first = absolute || dots >= state.ndots;
    if (absolute && name != ".") {
        name.pop_back();
    }
    if (as_it_is_first && (in.ask(name) || absolute)) {
        return in.reason() == 0;
    }
    const int first_reason = in.reason();
    search_state learned;
    const std::vector<std::string> domains = domains_of(state);
    const bool searched = (state.options & (dots == 0 ? RES_DEFNAMES : RES_DNSRCH)) != 0;
    const bool first_only = (state.options & RES_DNSRCH) == 0;
    if (searched && search_domains(in, name, domains, first_only, learned)) {
        return true;
    }
    const bool alone =
        dots > 0 || !searched || domains.empty() || (state.options & RES_NOTLDQUERY) == 0;
    if (!learned.over && alone && !as_it_is_first && !learned.root_done && in.ask(name)) {
        return true;
    }
    if (as_it_is_first && !learned.over) {
        in.set_reason(first_reason);
    } else if (learned.no_data && !learned.over) {
        in.set_reason(NO_DATA);
    } else if (learned.servfail) {
        in.set_reason(TRY_AGAIN);
    }
    return false;
}

std::string reverse_name(const host_address& address) {
    std::string name;
    for (std::size_t i = address.size(); i-- > 0;) {
        constexpr std::string_view digits = "0123456789abcdef";
        const unsigned byte = address.bytes[i];
        if (address.family == AF_INET) {
            name += std::to_string(byte) + '.';
        } else {
            name += {digits[byte & 0xf], '.', digits[byte >> 4U], '.'};
        }
    }
    return name + (address.family == AF_INET ? "in-addr.arpa" : "ip6.arpa");
}

std::vector<int> types_of(int family) {
    switch (family) {
        case AF_INET: return {ns_t_a};
        case AF_INET6: return {ns_t_aaaa};
        default: return {ns_t_a, ns_t_aaaa};
    }
}

}  // namespace

bool resolver_can_be_followed() noexcept {
    const struct __res_state& state = current_state();
    constexpr unsigned long others = RES_USEVC | RES_IGNTC | RES_STAYOPEN;
    // libc knows of further search domains than the state has room for.
    const bool all_domains = state.dnsrch[MAXDNSRCH - 1] == nullptr;
    return (state.options & others) == 0 && all_domains && state.nscount > 0;
}

found_host find_by_dns(const std::string& name, int family) {
    const struct __res_state& state = current_state();
    searcher names(state, types_of(family));
    if (!search(names, state, name)) {
        return {std::nullopt, names.reason()};
    }
    host_record record;
    for (std::size_t i = 0; i < names.answers().size(); ++i) {
        add_addresses(record, names.answers()[i].message, types_of(family)[i]);
    }
    if (record.addresses.empty()) {
        return {std::nullopt, NO_DATA};
    }
    return {std::move(record), 0};
}

found_host find_by_dns(const host_address& address) {
    searcher names(current_state(), {ns_t_ptr});
    if (!names.ask(reverse_name(address))) {
        return {std::nullopt, names.reason()};
    }
    auto record = names_of(address, names.answers().front().message);
    return {std::move(record), NO_RECOVERY};
}

}  // namespace weft::interpose
