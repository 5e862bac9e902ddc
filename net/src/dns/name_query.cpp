// SPDX-License-Identifier: BSL-1.0
#include "dns/name_query.hpp"

#include <weft/net/error.hpp>

namespace weft::net::dns {

namespace {

/// How little a failure says for certain.
int uncertainty(const std::error_code& failure) noexcept {
    if (failure == errc::name_not_found) {
        return 1;
    }
    if (failure == errc::no_address) {
        return 2;
    }
    return failure == errc::resolver_failure ? 3 : 4;
}

}  // namespace

void keep_least_certain(std::error_code& kept, const std::error_code& other) noexcept {
    if (!kept || (other && uncertainty(other) > uncertainty(kept))) {
        kept = other;
    }
}

bool is_hopeless(const std::error_code& failure) noexcept {
    return uncertainty(failure) == 4;
}

name_query::name_query(lookups& answers, const std::string& name, family wanted) {
    for (const auto each : {family::v6, family::v4}) {
        if (wanted == family::any || wanted == each) {
            parts_.push_back({answers.begin({name, each})});
        }
    }
    try {
        for (const auto& each : parts_) {
            each.asked->add_listener(changed_);
        }
    } catch (...) {
        stop_listening();
        throw;
    }
}

void name_query::stop_listening() noexcept {
    for (const auto& each : parts_) {
        each.asked->remove_listener(changed_);
    }
}

std::error_code name_query::run(const resolver::sink& found) {
    while (!take_answers(found)) {
        waited_ = true;
        changed_.wait();
        changed_.clear();
    }
    if (any_found_) {
        return {};
    }
    return does_not_exist_ ? make_error_code(errc::name_not_found) : failure_;
}

/// Returns whether all have come.
bool name_query::take_answers(const resolver::sink& found) {
    bool complete = true;
    for (auto& each : parts_) {
        if (!each.taken && each.asked->done()) {
            each.taken = true;
            take(each.asked->result(), found);
        }
        complete = complete && each.taken;
    }
    return complete;
}

void name_query::take(const answer& came, const resolver::sink& found) {
    if (!came.failure) {
        any_found_ = true;
        found(came.addresses);
        return;
    }
    // It should hold for every family, but some servers say so of one while the other has
    // addresses (RFC 4074 section 4.2; dnsmasq with address= and local=): the other is waited for.
    does_not_exist_ = does_not_exist_ || came.failure == errc::name_not_found;
    keep_least_certain(failure_, came.failure);
}

}  // namespace weft::net::dns
