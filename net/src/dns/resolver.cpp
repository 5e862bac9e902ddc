// SPDX-License-Identifier: BSL-1.0
#include <weft/net/dns.hpp>

#include "dns/destination_order.hpp"
#include "dns/host_name.hpp"
#include "dns/hosts_file.hpp"
#include "dns/lookups.hpp"
#include "dns/name_query.hpp"
#include "dns/name_servers.hpp"

#include <weft/this_fiber.hpp>
#include <weft/trace.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace weft::net {

namespace {

std::vector<address> select(const std::vector<address>& from, family wanted, std::uint16_t port) {
    std::vector<address> selected;
    for (const auto& each : from) {
        if (wanted == family::any || each.family() == wanted) {
            selected.push_back(each.with_port(port));
        }
    }
    return selected;
}

}  // namespace

/// Shared with the fibers that are inside of a call, so that they outlive the resolver.
class resolver::implementation {
public:
    explicit implementation(const resolver_options& options)
        : servers_(std::make_shared<dns::name_servers>(options)),
          lookups_(options, *servers_),
          hosts_(options.hosts_file) {}

    /// Returns why nothing was found, or nothing.
    std::error_code resolve(std::string_view host, std::uint16_t port, family wanted,
                            const sink& found);

    void shut_down() noexcept { servers_->shut_down(); }

private:
    std::error_code look_up(const dns::host_name& name, family wanted, const sink& found,
                            bool& waited);
    std::error_code search(const dns::host_name& name, family wanted, const sink& found,
                           bool& waited);

    std::shared_ptr<dns::name_servers> servers_;
    dns::lookups lookups_;
    dns::hosts_file hosts_;
};

std::error_code resolver::implementation::resolve(std::string_view host, std::uint16_t port,
                                                  family wanted, const sink& found) {
    std::size_t count = 0;
    const auto deliver = [&](const std::vector<address>& known) {
        const auto selected = select(known, wanted, port);
        if (!selected.empty()) {
            count += selected.size();
            found(selected);
        }
    };
    if (const auto literal = address::try_parse(host, port)) {
        deliver({*literal});
        return count != 0 ? std::error_code() : make_error_code(errc::no_address);
    }
    const auto name = dns::parse_host_name(host);
    trace::work looking_up(trace::work_kind::dns, name.text);
    bool waited = false;
    auto failure = look_up(name, wanted, deliver, waited);
    looking_up.result(failure, count, !waited);
    return failure;
}

std::error_code resolver::implementation::look_up(const dns::host_name& name, family wanted,
                                                  const sink& found, bool& waited) {
    if (dns::is_localhost(name.text)) {
        found({address::loopback_v6(0), address::loopback_v4(0)});
        return {};
    }
    if (const auto known = hosts_.find(name.text); !select(known, wanted, 0).empty()) {
        found(known);
        return {};
    }
    return search(name, wanted, found, waited);
}

std::error_code resolver::implementation::search(const dns::host_name& name, family wanted,
                                                 const sink& found, bool& waited) {
    std::error_code failure;
    for (const auto& each : dns::search_candidates(name, servers_->domains(), servers_->ndots())) {
        dns::name_query query(lookups_, each, wanted);
        const auto failed = query.run(found);
        waited = waited || query.waited();
        if (!failed) {
            return {};
        }
        dns::keep_least_certain(failure, failed);
        if (dns::is_hopeless(failed)) {
            break;  // every further name would take just as long
        }
    }
    return failure;
}

resolver::resolver(const resolver_options& options)
    : implementation_(std::make_shared<implementation>(options)) {}

resolver::resolver(resolver&&) noexcept = default;

resolver& resolver::operator=(resolver&& other) noexcept {
    std::swap(implementation_, other.implementation_);
    return *this;
}

resolver::~resolver() {
    if (implementation_) {
        implementation_->shut_down();
    }
}

std::vector<address> resolver::resolve(std::string_view host, std::uint16_t port, family wanted) {
    std::vector<address> all;
    resolve_each(host, port, wanted, [&all](const std::vector<address>& found) {
        all.insert(all.end(), found.begin(), found.end());
    });
    dns::sort_destinations(all);
    return all;
}

void resolver::resolve_each(std::string_view host, std::uint16_t port, family wanted,
                            const sink& found) {
    this_fiber::check_cancelled();
    const auto alive = implementation_;
    if (const auto failure = alive->resolve(host, port, wanted, found)) {
        throw error(failure, "resolve " + std::string(host));
    }
}

}  // namespace weft::net
