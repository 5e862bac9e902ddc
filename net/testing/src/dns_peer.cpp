// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/dns_peer.hpp>

namespace weft::testing {

dns_peer::dns_peer()
    : peer_([this](std::string_view question) {
          std::vector<std::string> replies{names_.answer(question)};
          if (replies.front().empty()) {
              replies.clear();
          }
          return replies;
      }) {}

void dns_peer::add_name(std::string_view name, const std::vector<std::string>& addresses,
                        std::chrono::seconds ttl) {
    names_.add(name, addresses, ttl);
}

void dns_peer::add_name(std::string_view name, name_answer answer) {
    names_.add(name, answer);
}

net::resolver_options dns_peer::options() const {
    net::resolver_options asking;
    asking.servers = {address().to_string()};
    asking.search.emplace();
    asking.hosts_file.clear();
    return asking;
}

}  // namespace weft::testing
