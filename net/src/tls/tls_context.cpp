// SPDX-License-Identifier: BSL-1.0
#include "tls/context.hpp"

#include <cerrno>
#include <cstdio>
#include <new>
#include <system_error>
#include <utility>

namespace weft::net {

namespace {

using tls::reader_of;
using tls::take_reason;

[[noreturn]] void refuse(const std::string& what) {
    throw error(errc::certificate_invalid, "tls: " + what + " (" + take_reason() + ")");
}

tls::ssl_ctx_ptr make_settings(const SSL_METHOD* method) {
    ERR_clear_error();
    tls::ssl_ctx_ptr made(SSL_CTX_new(method));
    if (!made) {
        throw std::bad_alloc();
    }
    SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(made.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(made.get(), SSL_MODE_RELEASE_BUFFERS);
    return made;
}

std::string wire_form(const std::vector<std::string>& protocols) {
    std::string wire;
    for (const auto& each : protocols) {
        if (each.empty() || each.size() > 255) {
            throw error(std::make_error_code(std::errc::invalid_argument), "tls: ALPN name");
        }
        wire += static_cast<char>(each.size());
        wire += each;
    }
    return wire;
}

std::string read_file(const std::string& path) {
    const std::unique_ptr<std::FILE, tls::freed_by<std::fclose>> file(
        std::fopen(path.c_str(), "rbe"));
    std::string text;
    if (file) {
        char piece[4'096];
        while (const auto count = std::fread(piece, 1, sizeof piece, file.get())) {
            text.append(piece, count);
        }
    }
    if (!file || std::ferror(file.get()) != 0) {
        throw error(std::error_code(errno, std::generic_category()), "tls: reading " + path);
    }
    return text;
}

void trust(SSL_CTX& settings, const std::string& pem, const std::string& name) {
    const auto reader = reader_of(pem);
    auto* store = SSL_CTX_get_cert_store(&settings);
    int count = 0;
    for (;; ++count) {
        const tls::x509_ptr authority(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
        if (!authority) {
            break;
        }
        X509_STORE_add_cert(store, authority.get());
    }
    if (count == 0) {
        refuse("no certificate in " + name);
    }
    ERR_clear_error();  // the end of the text looks like a failure
}

void use_certificate(SSL_CTX& settings, const std::string& pem) {
    const auto reader = reader_of(pem);
    const tls::x509_ptr own(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
    if (!own || SSL_CTX_use_certificate(&settings, own.get()) != 1) {
        refuse("the certificate cannot be used");
    }
    for (;;) {
        const tls::x509_ptr next(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
        if (!next) {
            break;
        }
        if (SSL_CTX_add1_chain_cert(&settings, next.get()) != 1) {
            refuse("an intermediate certificate cannot be used");
        }
    }
    ERR_clear_error();  // the end of the text looks like a failure
}

void use_key(SSL_CTX& settings, const std::string& pem) {
    const auto reader = reader_of(pem);
    // Without a callback OpenSSL would ask the terminal for the password of an encrypted key.
    const auto no_password = [](char*, int, int, void*) { return -1; };
    const tls::pkey_ptr key(PEM_read_bio_PrivateKey(reader.get(), nullptr, no_password, nullptr));
    if (!key || SSL_CTX_use_PrivateKey(&settings, key.get()) != 1 ||
        SSL_CTX_check_private_key(&settings) != 1) {
        refuse("the private key cannot be used with the certificate");
    }
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void* context) {
    const auto& own = static_cast<const tls_context::implementation*>(context)->protocols;
    unsigned char* found = nullptr;
    const auto outcome = SSL_select_next_proto(
        &found, chosen_size, reinterpret_cast<const unsigned char*>(own.data()),
        static_cast<unsigned>(own.size()), offered, offered_size);
    *chosen = found;
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void allow_resumption(tls_context::implementation& made, std::size_t most) {
    auto* settings = made.settings.get();
    if (most == 0) {
        SSL_CTX_set_options(settings, SSL_OP_NO_TICKET);
        return;
    }
    made.sessions = std::make_unique<tls::session_cache>(most);
    tls::resumption::prepare(*settings);
}

}  // namespace

tls_context tls_context::client(const tls_client_options& options) {
    auto made = std::make_shared<implementation>();
    made->settings = make_settings(TLS_client_method());
    made->verify = options.verify;
    made->handshake_timeout = options.handshake_timeout;
    made->protocols = wire_form(options.alpn);
    allow_resumption(*made, options.kept_sessions);
    auto& settings = *made->settings;
    SSL_CTX_set_verify(&settings, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (!options.ca_file.empty()) {
        trust(settings, read_file(options.ca_file), options.ca_file);
    }
    if (!options.ca_pem.empty()) {
        trust(settings, options.ca_pem, "the given text");
    }
    if (options.ca_file.empty() && options.ca_pem.empty()) {
        SSL_CTX_set_default_verify_paths(&settings);
    }
    if (!made->protocols.empty() &&
        SSL_CTX_set_alpn_protos(&settings,
                                reinterpret_cast<const unsigned char*>(made->protocols.data()),
                                static_cast<unsigned>(made->protocols.size())) != 0) {
        throw std::bad_alloc();
    }
    return tls_context(std::move(made));
}

tls_context tls_context::server(const tls_server_options& options) {
    auto made = std::make_shared<implementation>();
    made->settings = make_settings(TLS_server_method());
    made->server = true;
    made->verify = false;
    made->handshake_timeout = options.handshake_timeout;
    made->protocols = wire_form(options.alpn);
    auto& settings = *made->settings;
    if (!options.resumption) {
        SSL_CTX_set_options(&settings, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(&settings, 0);
    }
    use_certificate(settings, options.certificate_pem);
    use_key(settings, options.private_key_pem);
    if (!made->protocols.empty()) {
        SSL_CTX_set_alpn_select_cb(&settings, choose_protocol, made.get());
    }
    return tls_context(std::move(made));
}

}  // namespace weft::net
