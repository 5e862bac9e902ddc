// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "dns/lookups.hpp"

#include <weft/event.hpp>
#include <weft/net/address.hpp>

#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace weft::net::dns {

/// Keeps of two failures the one that says less for certain: a later try may still succeed.
void keep_least_certain(std::error_code& kept, const std::error_code& other) noexcept;

/// Whether no server answered or the resolver was destroyed, so that asking on is pointless.
[[nodiscard]] bool is_hopeless(const std::error_code& failure) noexcept;

/// What one fiber wants to know of one absolute name: the lookups of each family, waited for
/// together.
class name_query {
public:
    /// \param wanted  family::any: both.
    name_query(lookups& answers, const std::string& name, family wanted);
    name_query(const name_query&) = delete;
    name_query& operator=(const name_query&) = delete;
    ~name_query() { stop_listening(); }

    /// Hands over the addresses of each family as they come. Returns why there are none, or
    /// nothing.
    ///
    /// Cancellation: throws cancelled; the lookups go on.
    std::error_code run(const resolver::sink& found);

    /// Whether run() had to wait for a name server.
    [[nodiscard]] bool waited() const noexcept { return waited_; }

private:
    struct part {
        std::shared_ptr<lookup> asked;
        bool taken = false;
    };

    void stop_listening() noexcept;
    bool take_answers(const resolver::sink& found);
    void take(const answer& came, const resolver::sink& found);

    event changed_;
    std::vector<part> parts_;
    bool any_found_ = false;
    bool does_not_exist_ = false;
    bool waited_ = false;
    std::error_code failure_;
};

}  // namespace weft::net::dns
