// SPDX-License-Identifier: BSL-1.0
#include "tls/session.hpp"

#include <weft/error.hpp>
#include <weft/scope.hpp>
#include <weft/this_fiber.hpp>
#include <weft/trace.hpp>

#include <openssl/x509v3.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <system_error>
#include <utility>

namespace weft::net {

namespace {

constexpr std::size_t input_size = 16 * 1024 + 512;  // bytes; a record with its overhead
constexpr std::size_t piece_size = 64 * 1024;        // bytes encrypted before they are sent
constexpr unsigned most_idle_messages = 32;          // key updates and the like without any data

// Called for every message; counts those of the handshake protocol that the peer sent.
void count_message(int write, int, int type, const void*, std::size_t, SSL*, void* counter) {
    if (write == 0 && type == SSL3_RT_HANDSHAKE) {
        ++*static_cast<unsigned*>(counter);
    }
}

}  // namespace

tls_stream::implementation::implementation(std::unique_ptr<stream> transport, tls_context context,
                                           std::string_view server_name)
    : transport_(std::move(transport)), context_(std::move(context)), name_(server_name) {
    ERR_clear_error();
    ssl_.reset(SSL_new(context_.get().settings.get()));
    tls::bio_ptr arrived(BIO_new(BIO_s_mem()));
    tls::bio_ptr made(BIO_new(BIO_s_mem()));
    if (!ssl_ || !arrived || !made) {
        throw std::bad_alloc();
    }
    arrived_ = arrived.get();
    made_ = made.get();
    SSL_set_bio(ssl_.get(), arrived.release(), made.release());
    SSL_set_msg_callback(ssl_.get(), count_message);
    SSL_set_msg_callback_arg(ssl_.get(), &idle_messages_);
    if (context_.get().server) {
        SSL_set_accept_state(ssl_.get());
    } else {
        SSL_set_connect_state(ssl_.get());
        ask_for(server_name);
        resumption_.start(*ssl_, context_.get().sessions.get(), name_);
    }
}

// Most connections end without both goodbyes, after which OpenSSL would not resume their session.
tls_stream::implementation::~implementation() {
    if (!failure_) {
        SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }
}

void tls_stream::implementation::ask_for(std::string_view server_name) {
    std::string name(server_name);
    if (name.ends_with('.')) {
        name.pop_back();
    }
    if (name.empty()) {
        if (context_.get().verify) {
            throw error(std::make_error_code(std::errc::invalid_argument),
                        "tls: there is no server name to verify");
        }
        return;
    }
    auto* wanted = SSL_get0_param(ssl_.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) == 1) {
        return;  // addresses are verified but not asked for: RFC 6066 section 3
    }
    X509_VERIFY_PARAM_set_hostflags(
        wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (X509_VERIFY_PARAM_set1_host(wanted, name.data(), name.size()) != 1 ||
        SSL_set_tlsext_host_name(ssl_.get(), name.c_str()) != 1) {
        ERR_clear_error();
        throw error(std::make_error_code(std::errc::invalid_argument), "tls: server name");
    }
}

void tls_stream::implementation::handshake() {
    check_usable("tls handshake");
    if (ready_) {
        return;
    }
    const std::lock_guard alone(shaking_);
    check_usable("tls handshake");
    if (ready_) {
        return;
    }
    trace::work noted(trace::work_kind::tls, name_);
    try {
        fail_after(context_.get().handshake_timeout, [this] { shake_hands(); });
        noted.result({}, 0, resumed());
    } catch (const timeout_error&) {
        noted.result(std::make_error_code(std::errc::timed_out), 0, false);
        fail(std::make_error_code(std::errc::timed_out), "tls handshake");
    } catch (const cancelled&) {
        failure_ = std::make_error_code(std::errc::operation_canceled);
        throw;
    } catch (const std::system_error& failed) {
        noted.result(failed.code(), 0, false);
        throw;
    }
}

void tls_stream::implementation::shake_hands() {
    for (;;) {
        ERR_clear_error();
        const int outcome = SSL_do_handshake(ssl_.get());
        if (outcome != 1 && SSL_get_error(ssl_.get(), outcome) != SSL_ERROR_WANT_READ) {
            fail_handshake();
        }
        {
            const std::lock_guard alone(sending_);
            send_pending();
        }
        if (outcome == 1) {
            ready_ = true;
            idle_messages_ = 0;
            return;
        }
        if (!feed()) {
            fail(std::make_error_code(std::errc::connection_reset), "tls handshake");
        }
    }
}

std::size_t tls_stream::implementation::read_some(std::span<std::byte> into) {
    this_fiber::check_cancelled();
    check_usable("tls read");
    if (into.empty()) {
        return 0;
    }
    handshake();
    for (;;) {
        ERR_clear_error();
        std::size_t count = 0;
        const int outcome = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
        const int state = SSL_get_error(ssl_.get(), outcome);
        check_idle_messages();
        if (outcome == 1) {
            idle_messages_ = 0;
            return count;
        }
        switch (state) {
            case SSL_ERROR_ZERO_RETURN: return 0;
            case SSL_ERROR_WANT_READ:
                if (!feed()) {
                    fail(errc::tls_truncated, "tls read");
                }
                break;
            default: fail(errc::tls_protocol_error, "tls read (" + tls::take_reason() + ")");
        }
    }
}

void tls_stream::implementation::write_all(std::span<const std::byte> from) {
    this_fiber::check_cancelled();
    check_usable("tls write");
    if (from.empty()) {
        return;
    }
    handshake();
    const std::lock_guard alone(sending_);
    for (auto left = from; !left.empty();) {
        check_usable("tls write");
        const auto piece = left.first(std::min(left.size(), piece_size));
        ERR_clear_error();
        std::size_t count = 0;
        if (said_goodbye_ || SSL_write_ex(ssl_.get(), piece.data(), piece.size(), &count) != 1) {
            ERR_clear_error();
            throw error(std::make_error_code(std::errc::broken_pipe), "tls write",
                        from.size() - left.size());
        }
        send_pending();
        left = left.subspan(count);
    }
}

void tls_stream::implementation::shutdown_write() {
    check_usable("tls shutdown");
    if (ready_) {
        const std::lock_guard alone(sending_);
        if (!said_goodbye_) {
            said_goodbye_ = true;
            ERR_clear_error();
            SSL_shutdown(ssl_.get());
            ERR_clear_error();
            send_pending();
        }
    }
    transport_->shutdown_write();
}

void tls_stream::implementation::close() noexcept {
    closed_ = true;
    transport_->close();
}

std::string_view tls_stream::implementation::alpn() const noexcept {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &chosen, &size);
    return {reinterpret_cast<const char*>(chosen), size};
}

// Takes what the transport has; false at its end.
bool tls_stream::implementation::feed() {
    if (!input_) {
        input_ = std::make_unique_for_overwrite<std::byte[]>(input_size);
    }
    const auto count = transport_->read_some({input_.get(), input_size});
    if (count == 0) {
        return false;
    }
    trace::work_moved(trace::work_kind::tls, false, count);
    if (BIO_write(arrived_, input_.get(), static_cast<int>(count)) != static_cast<int>(count)) {
        throw std::bad_alloc();
    }
    return true;
}

// The caller holds sending_. The records are moved out first: while the transport blocks, the
// reader may make an alert.
void tls_stream::implementation::send_pending() {
    char* records = nullptr;
    const long size = BIO_get_mem_data(made_, &records);
    if (size <= 0) {
        return;
    }
    output_.assign(records, static_cast<std::size_t>(size));
    (void)BIO_reset(made_);
    try {
        transport_->write_all(bytes_of(output_));
        trace::work_moved(trace::work_kind::tls, true, output_.size());
    } catch (...) {
        // Part of a record may have left: nothing that follows could be understood.
        said_goodbye_ = true;
        throw;
    }
}

// Sends the alert that tells the peer why, if that needs nobody else.
void tls_stream::implementation::send_last_words() noexcept {
    if (!sending_.try_lock()) {
        return;
    }
    try {
        move_on_after(std::chrono::seconds(1), [this] { send_pending(); });
    } catch (const cancelled&) {
        said_goodbye_ = true;
    } catch (const std::exception&) {
        said_goodbye_ = true;
    }
    sending_.unlock();
}

void tls_stream::implementation::check_usable(const char* operation) const {
    if (closed_) {
        throw error(std::make_error_code(std::errc::bad_file_descriptor), operation);
    }
    if (failure_) {
        throw error(*failure_, operation);
    }
}

// Key updates and tickets cost much and bring nothing. TLS 1.2 knows only one message behind the
// handshake, the request for another one, which OpenSSL ignores by option.
void tls_stream::implementation::check_idle_messages() {
    const bool modern = SSL_version(ssl_.get()) >= TLS1_3_VERSION;
    if (idle_messages_ > (modern ? most_idle_messages : 0)) {
        fail(errc::tls_protocol_error, "tls read (too many messages without data)");
    }
}

void tls_stream::implementation::fail(std::error_code code, const std::string& what) {
    failure_ = code;
    ERR_clear_error();
    send_last_words();
    throw error(code, what);
}

void tls_stream::implementation::fail_handshake() {
    const auto reason = tls::take_reason();
    const auto verification = SSL_get_verify_result(ssl_.get());
    const std::string what = "tls handshake" + (name_.empty() ? "" : " with " + name_);
    if (context_.get().verify && verification != X509_V_OK) {
        fail(tls::code_of_verification(verification),
             what + " (" + X509_verify_cert_error_string(verification) + ")");
    }
    fail(errc::tls_handshake_failed, what + " (" + reason + ")");
}

}  // namespace weft::net
