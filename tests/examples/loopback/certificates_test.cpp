// SPDX-License-Identifier: BSL-1.0
#include "loopback/certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace loopback {
namespace {

struct deleter {
    void operator()(X509* owned) const { X509_free(owned); }
    void operator()(X509_STORE* owned) const { X509_STORE_free(owned); }
    void operator()(X509_STORE_CTX* owned) const { X509_STORE_CTX_free(owned); }
};
template <class T>
using owned = std::unique_ptr<T, deleter>;

owned<X509> parse(const std::string& pem) {
    BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    owned<X509> parsed(PEM_read_bio_X509(in, nullptr, nullptr, nullptr));
    BIO_free(in);
    return parsed;
}

/// What a client that trusts `authority` says to the certificate: X509_V_OK or a fault.
int verify(const std::string& pem, const certificate_authority& authority,
           const std::string& host = {}, const std::string& address = {}) {
    const auto leaf = parse(pem);
    const auto trusted = parse(authority.certificate_pem());
    const owned<X509_STORE> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), trusted.get());
    const owned<X509_STORE_CTX> check(X509_STORE_CTX_new());
    X509_STORE_CTX_init(check.get(), store.get(), leaf.get(), nullptr);
    auto* wanted = X509_STORE_CTX_get0_param(check.get());
    X509_VERIFY_PARAM_set_purpose(wanted, X509_PURPOSE_SSL_SERVER);
    if (!host.empty()) {
        X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), 0);
    }
    if (!address.empty()) {
        X509_VERIFY_PARAM_set1_ip_asc(wanted, address.c_str());
    }
    X509_verify_cert(check.get());
    return X509_STORE_CTX_get_error(check.get());
}

TEST(CertificateAuthority, IssuesWhatItsClientsAccept) {
    const certificate_authority authority;
    const auto issued =
        authority.issue({.host_names = {"alpha.test", "beta.test"}, .addresses = {"127.0.0.1"}});
    EXPECT_EQ(verify(issued.chain_pem, authority, "alpha.test"), X509_V_OK);
    EXPECT_EQ(verify(issued.chain_pem, authority, "beta.test"), X509_V_OK);
    EXPECT_EQ(verify(issued.chain_pem, authority, {}, "127.0.0.1"), X509_V_OK);
}

TEST(CertificateAuthority, IssuesForTheNamedHostsOnly) {
    const certificate_authority authority;
    const auto issued = authority.issue({.host_names = {"alpha.test"}});
    EXPECT_EQ(verify(issued.chain_pem, authority, "beta.test"), X509_V_ERR_HOSTNAME_MISMATCH);
    EXPECT_EQ(verify(issued.chain_pem, authority, {}, "::1"), X509_V_ERR_IP_ADDRESS_MISMATCH);
}

TEST(CertificateAuthority, IssuesCertificatesOutOfTheirTime) {
    const certificate_authority authority;
    const auto expired = authority.issue({.host_names = {"a.test"}, .valid = validity::expired});
    const auto early = authority.issue({.host_names = {"a.test"}, .valid = validity::not_yet});
    EXPECT_EQ(verify(expired.chain_pem, authority), X509_V_ERR_CERT_HAS_EXPIRED);
    EXPECT_EQ(verify(early.chain_pem, authority), X509_V_ERR_CERT_NOT_YET_VALID);
}

TEST(CertificateAuthority, IsNotTrustedByTheClientsOfAnother) {
    const certificate_authority authority;
    const certificate_authority other("another authority");
    const auto issued = other.issue({.host_names = {"alpha.test"}});
    EXPECT_EQ(verify(issued.chain_pem, authority), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

TEST(SelfSigned, IsVouchedForByNobody) {
    const certificate_authority authority;
    const auto made = self_signed({.host_names = {"alpha.test"}});
    EXPECT_EQ(verify(made.chain_pem, authority), X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
}

TEST(CertificateAuthority, RefusesAnAddressThatIsNone) {
    const certificate_authority authority;
    EXPECT_THROW((void)authority.issue({.addresses = {"localhost"}}), std::runtime_error);
}

}  // namespace
}  // namespace loopback
