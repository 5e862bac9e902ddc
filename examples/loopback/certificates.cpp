// SPDX-License-Identifier: BSL-1.0
#include "loopback/certificates.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <utility>

namespace loopback {

namespace {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* owned) const noexcept {
        Free(owned);
    }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;

constexpr long hour = 3600;  // seconds

template <class T>
T checked(T result, const char* what) {
    if (!result) {
        const char* reason = ERR_reason_error_string(ERR_get_error());
        throw std::runtime_error(std::string("certificate: ") + what +
                                 " failed: " + (reason != nullptr ? reason : "no reason given"));
    }
    return result;
}

key_ptr make_key() {
    return key_ptr(checked(EVP_EC_gen("P-256"), "EVP_EC_gen"));
}

std::string text_of(BIO& written) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(&written, &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509& encoded) {
    const bio_ptr out(checked(BIO_new(BIO_s_mem()), "BIO_new"));
    checked(PEM_write_bio_X509(out.get(), &encoded), "PEM_write_bio_X509");
    return text_of(*out);
}

std::string pem_of(EVP_PKEY& encoded) {
    const bio_ptr out(checked(BIO_new(BIO_s_mem()), "BIO_new"));
    checked(
        PEM_write_bio_PKCS8PrivateKey(out.get(), &encoded, nullptr, nullptr, 0, nullptr, nullptr),
        "PEM_write_bio_PKCS8PrivateKey");
    return text_of(*out);
}

void set_validity(X509& made, validity valid) {
    const long begin = valid == validity::expired ? -48 * hour
                       : valid == validity::now   ? -hour
                                                  : hour;
    const long end = valid == validity::expired ? -hour : 24 * hour;
    checked(X509_gmtime_adj(X509_getm_notBefore(&made), begin), "X509_gmtime_adj");
    checked(X509_gmtime_adj(X509_getm_notAfter(&made), end), "X509_gmtime_adj");
}

// Two certificates of one issuer must not share a serial number, so it is drawn at random.
void set_serial(X509& made) {
    std::uint64_t serial = 0;
    checked(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1,
            "RAND_bytes");
    checked(ASN1_INTEGER_set_uint64(X509_get_serialNumber(&made), serial >> 1U),
            "ASN1_INTEGER_set_uint64");
}

x509_ptr make_certificate(const std::string& common_name, EVP_PKEY& key, validity valid) {
    x509_ptr made(checked(X509_new(), "X509_new"));
    checked(X509_set_version(made.get(), X509_VERSION_3), "X509_set_version");
    set_serial(*made);
    set_validity(*made, valid);
    checked(X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(common_name.c_str()),
                                       -1, -1, 0),
            "X509_NAME_add_entry_by_txt");
    checked(X509_set_pubkey(made.get(), &key), "X509_set_pubkey");
    return made;
}

void add_extension(X509& made, X509& issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, &issuer, &made, nullptr, nullptr, 0);
    const extension_ptr added(
        checked(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), value.c_str()));
    checked(X509_add_ext(&made, added.get(), -1), "X509_add_ext");
}

void sign(X509& made, X509& issuer, EVP_PKEY& key) {
    checked(X509_set_issuer_name(&made, X509_get_subject_name(&issuer)), "X509_set_issuer_name");
    checked(X509_sign(&made, &key, EVP_sha256()) > 0, "X509_sign");
}

std::string alternative_names(const certificate_request& request) {
    std::string listed;
    const auto add = [&listed](const char* kind, const std::string& name) {
        listed += (listed.empty() ? "" : ",") + std::string(kind) + name;
    };
    for (const auto& name : request.host_names) {
        add("DNS:", name);
    }
    for (const auto& address : request.addresses) {
        add("IP:", address);
    }
    return listed;
}

x509_ptr make_leaf(const certificate_request& request, EVP_PKEY& key) {
    const auto& names = request.host_names.empty() ? request.addresses : request.host_names;
    auto made = make_certificate(names.empty() ? "nobody" : names.front(), key, request.valid);
    add_extension(*made, *made, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(*made, *made, NID_ext_key_usage, "serverAuth");
    if (const auto listed = alternative_names(request); !listed.empty()) {
        add_extension(*made, *made, NID_subject_alt_name, listed);
    }
    return made;
}

}  // namespace

struct certificate_authority::state {
    key_ptr key = make_key();
    x509_ptr own;
};

certificate_authority::certificate_authority(const std::string& name)
    : state_(std::make_unique<state>()) {
    state_->own = make_certificate(name, *state_->key, validity::now);
    auto& own = *state_->own;
    add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(own, own, NID_subject_key_identifier, "hash");
    sign(own, own, *state_->key);
}

certificate_authority::~certificate_authority() = default;

std::string certificate_authority::certificate_pem() const {
    return pem_of(*state_->own);
}

certificate certificate_authority::issue(const certificate_request& request) const {
    const auto key = make_key();
    const auto leaf = make_leaf(request, *key);
    add_extension(*leaf, *state_->own, NID_authority_key_identifier, "keyid");
    sign(*leaf, *state_->own, *state_->key);
    return {pem_of(*leaf), pem_of(*key)};
}

certificate self_signed(const certificate_request& request) {
    const auto key = make_key();
    const auto leaf = make_leaf(request, *key);
    sign(*leaf, *leaf, *key);
    return {pem_of(*leaf), pem_of(*key)};
}

}  // namespace loopback
