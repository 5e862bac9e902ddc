// SPDX-License-Identifier: BSL-1.0

// libcurl, unmodified, against a real nginx with TLS.

#include "interpose/real/crowd.hpp"
#include "loopback/certificates.hpp"
#include "support/nginx.hpp"

#include <weft/scope.hpp>

#include <curl/curl.h>

#include <memory>
#include <optional>

namespace weft::test {
namespace {

using curl_handle = std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)>;
using curl_list = std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)>;

std::size_t append(const char* from, std::size_t size, std::size_t count, void* into) {
    static_cast<std::string*>(into)->append(from, size * count);
    return size * count;
}

/// nginx, its files, and who vouches for it.
struct web {
    web() {
        files.write("small.txt", std::string(5000, 's'));
        files.write("big.bin", std::string(3'000'000, 'b'));
        files.write("slow/file.bin", std::string(65'536, 'l'));
        files.write("endless/file.bin", std::string(655'360, 'e'));
        server.emplace(
            std::vector<nginx_site>{{"localhost", authority.issue({.host_names = {"localhost"}})}},
            files.path(),
            "location /slow/ { output_buffers 1 32k; limit_rate 160k; }"
            "location /endless/ { output_buffers 1 32k; limit_rate 8k; }");
    }

    [[nodiscard]] std::string url(const std::string& path) const {
        return "https://localhost:" + std::to_string(server->port()) + path;
    }

    loopback::certificate_authority authority;
    loopback::certificate_authority stranger{"a stranger"};
    std::string trusted = authority.certificate_pem();
    temporary_directory files;
    std::optional<nginx> server;
};

/// A transfer, prepared.
struct transfer {
    explicit transfer(const std::string& trusted) {
        curl_blob authority{const_cast<char*>(trusted.data()), trusted.size(), CURL_BLOB_COPY};
        ::curl_easy_setopt(handle.get(), CURLOPT_CAINFO_BLOB, &authority);
        ::curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &append);
        ::curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &body);
        ::curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
        ::curl_easy_setopt(handle.get(), CURLOPT_ACCEPT_ENCODING, "");
    }
    transfer(const transfer&) = delete;
    transfer& operator=(const transfer&) = delete;
    ~transfer() = default;

    [[nodiscard]] std::string outcome(CURLcode code) const {
        long status = 0;
        ::curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
        return std::string(::curl_easy_strerror(code)) + ' ' + std::to_string(status) + ' ' +
               std::to_string(body.size()) + ' ' + std::to_string(std::hash<std::string>()(body)) +
               '\n';
    }

    [[nodiscard]] std::string get(const std::string& url) {
        body.clear();
        ::curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
        return outcome(::curl_easy_perform(handle.get()));
    }

    std::string body;
    curl_handle handle{::curl_easy_init(), &::curl_easy_cleanup};
};

std::string much_of_easy(const web& at) {
    transfer one(at.trusted);
    std::string text = one.get(at.url("/small.txt"));
    text += one.get(at.url("/big.bin"));
    text += one.get(at.url("/missing"));
    ::curl_easy_setopt(one.handle.get(), CURLOPT_RANGE, "5-9");
    text += one.get(at.url("/small.txt"));
    ::curl_easy_setopt(one.handle.get(), CURLOPT_RANGE, nullptr);
    ::curl_easy_setopt(one.handle.get(), CURLOPT_POSTFIELDS, "a=b");
    text += one.get(at.url("/small.txt"));
    ::curl_easy_setopt(one.handle.get(), CURLOPT_HTTPGET, 1L);
    ::curl_easy_setopt(one.handle.get(), CURLOPT_TIMEOUT_MS, 30L);
    text += one.get(at.url("/endless/file.bin")).substr(0, 20);  // how much came is up to chance
    transfer stranger(at.stranger.certificate_pem());
    text += stranger.get(at.url("/small.txt"));
    ::curl_easy_setopt(one.handle.get(), CURLOPT_TIMEOUT_MS, 0L);
    text += one.get("http://no such host/");
    return text + one.get(at.url("/small.txt"));
}

/// Several transfers at once in a loop of curl's own.
std::string much_of_multi(const web& at) {
    const std::unique_ptr<CURLM, decltype(&::curl_multi_cleanup)> all(::curl_multi_init(),
                                                                      &::curl_multi_cleanup);
    transfer first(at.trusted);
    transfer second(at.trusted);
    transfer third(at.trusted);
    const std::array<std::pair<transfer*, const char*>, 3> asked = {
        {{&first, "/small.txt"}, {&second, "/big.bin"}, {&third, "/slow/file.bin"}}};
    for (const auto& [each, path] : asked) {
        ::curl_easy_setopt(each->handle.get(), CURLOPT_URL, at.url(path).c_str());
        ::curl_multi_add_handle(all.get(), each->handle.get());
    }
    int running = 0;
    do {
        ::curl_multi_perform(all.get(), &running);
        if (running != 0 && ::curl_multi_poll(all.get(), nullptr, 0, 1000, nullptr) != CURLM_OK) {
            return "failed";
        }
    } while (running != 0);
    std::string text;
    for (const auto& [each, path] : asked) {
        text += each->outcome(CURLE_OK);
        ::curl_multi_remove_handle(all.get(), each->handle.get());
    }
    return text;
}

}  // namespace

class LibcurlTest : public real_software_test {
protected:
    static void SetUpTestSuite() {
        ::curl_global_init(CURL_GLOBAL_ALL);
        at.emplace();
    }
    static void TearDownTestSuite() { at.reset(); }

    static inline std::optional<web> at;
};

namespace {

TEST_F(LibcurlTest, EasyAnswersAsWithoutTheLayer) {
    expect_same_as_native([] { return much_of_easy(*at); });
}

TEST_F(LibcurlTest, MultiAnswersAsWithoutTheLayer) {
    expect_same_as_native([] { return much_of_multi(*at); });
}

TEST_F(LibcurlTest, FiftySlowTransfersTakeTheTimeOfOne) {
    const auto outcome = expect_concurrent(
        "libcurl over TLS, 64 KiB at 160 KiB/s", std::chrono::milliseconds(190),
        [] {
            auto one = std::make_unique<transfer>(at->trusted);
            EXPECT_EQ(one->get(at->url("/missing")).substr(0, 12), "No error 404");
            return one;
        },
        [](const auto& one) { return one->get(at->url("/slow/file.bin")).substr(0, 18); });
    for (const std::string& each : outcome.results) {
        EXPECT_EQ(each, "No error 200 65536");
    }
}

FIBER_TEST_F(LibcurlTest, ADeadlineEndsATransferAndTheNextOneWorks) {
    transfer one(at->trusted);
    EXPECT_EQ(one.get(at->url("/missing")).substr(0, 12), "No error 404");
    move_on_after(std::chrono::milliseconds(50), [&] {
        EXPECT_NE(one.get(at->url("/endless/file.bin")).substr(0, 8), "No error");
    });
    EXPECT_EQ(one.get(at->url("/small.txt")).substr(0, 17), "No error 200 5000");
}

}  // namespace
}  // namespace weft::test
