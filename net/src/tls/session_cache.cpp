// SPDX-License-Identifier: BSL-1.0
#include "tls/session_cache.hpp"

#include <algorithm>
#include <iterator>
#include <new>

namespace weft::net::tls {

void session_cache::add(const std::string& name, session_ptr added) {
    const std::lock_guard alone(guard_);
    sessions_.emplace_back(name, std::move(added));
    if (sessions_.size() > most_) {
        sessions_.pop_front();
    }
}

session_ptr session_cache::take(const std::string& name) {
    const std::lock_guard alone(guard_);
    const auto found = std::find_if(sessions_.rbegin(), sessions_.rend(),
                                    [&](const auto& each) { return each.first == name; });
    if (found == sessions_.rend()) {
        return nullptr;
    }
    auto& kept = found->second;
    if (SSL_SESSION_get_protocol_version(kept.get()) < TLS1_3_VERSION) {
        SSL_SESSION_up_ref(kept.get());
        return session_ptr(kept.get());
    }
    auto taken = std::move(kept);
    sessions_.erase(std::next(found).base());
    return taken;
}

void resumption::prepare(SSL_CTX& settings) {
    SSL_CTX_set_session_cache_mode(&settings, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(&settings, &resumption::keep);
}

void resumption::start(SSL& connection, session_cache* cache, const std::string& name) {
    cache_ = cache;
    name_ = name;
    SSL_set_app_data(&connection, this);
    if (cache_ != nullptr) {
        if (const auto earlier = cache_->take(name_)) {
            SSL_set_session(&connection, earlier.get());
        }
    }
}

// Called by OpenSSL, which gives the session away: the answer 1 says that it was taken.
int resumption::keep(SSL* of, SSL_SESSION* given) {
    session_ptr taken(given);
    auto& self = *static_cast<resumption*>(SSL_get_app_data(of));
    try {
        self.cache_->add(self.name_, std::move(taken));
    } catch (const std::bad_alloc&) {
        return 1;  // this one is not resumed
    }
    return 1;
}

}  // namespace weft::net::tls
