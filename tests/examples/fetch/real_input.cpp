// SPDX-License-Identifier: BSL-1.0
#include "fetch/real_input.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iomanip>
#include <random>
#include <sstream>
#include <string_view>

namespace weft::test {

namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;
constexpr std::array binary_sizes{0 * kib,  kib,       16 * kib - 1, 16 * kib, 16 * kib + 1,
                                  64 * kib, 100 * kib, 256 * kib,    mib,      8 * mib};
constexpr std::array text_sizes{
    std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{65}, kib,
    8 * kib,        32 * kib,        64 * kib,        200 * kib,       mib};

std::string random_bytes(std::size_t size, std::mt19937_64& random) {
    std::string made;
    made.reserve(size + sizeof(std::uint64_t));
    while (made.size() < size) {
        const auto drawn = random();
        made.append(reinterpret_cast<const char*>(&drawn), sizeof drawn);
    }
    made.resize(size);
    return made;
}

// Words, so that compression has something to do.
std::string random_text(std::size_t size, std::mt19937_64& random) {
    constexpr std::array<std::string_view, 8> words{"warp ",   "weft ",  "loom ",     "shuttle ",
                                                    "heddle ", "reed\n", "selvedge ", "pick "};
    std::string made;
    while (made.size() < size) {
        made += words[random() % words.size()];
    }
    made.resize(size);
    return made;
}

expected_body describe_body(const std::string& content) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned size = 0;
    EVP_Digest(content.data(), content.size(), raw.data(), &size, EVP_sha256(), nullptr);
    std::ostringstream hexadecimal;
    for (unsigned at = 0; at < size; ++at) {
        hexadecimal << std::hex << std::setw(2) << std::setfill('0') << unsigned{raw[at]};
    }
    return {content.size(), hexadecimal.str()};
}

}  // namespace

const std::vector<std::string>& real_input::names() {
    static const std::vector<std::string> all{"one.test", "two.test", "three.test", "four.test",
                                              "five.test"};
    return all;
}

real_input::real_input()
    : web_((write_files(), sites()), folder_.path() / "files"), dns_(names()) {}

void real_input::write_files() {
    std::mt19937_64 random(1);
    const auto write = [&](const std::string& name, const std::string& content) {
        folder_.write("files/" + name, content);
        bodies_[name] = describe_body(content);
    };
    for (const auto size : binary_sizes) {
        write(std::to_string(size) + ".bin", random_bytes(size, random));
    }
    for (const auto size : text_sizes) {
        write(std::to_string(size) + ".txt", random_text(size, random));
    }
    folder_.write("authority.pem", authority_.certificate_pem());
}

std::vector<nginx_site> real_input::sites() const {
    std::vector<nginx_site> made;
    for (const auto& name : names()) {
        made.push_back({name, authority_.issue({.host_names = {name}})});
    }
    return made;
}

std::vector<std::string> real_input::options() const {
    return {"--dns",     dns_.address(), "--cacert", (folder_.path() / "authority.pem").string(),
            "--timeout", "60",           "--json",   "--sha256"};
}

std::vector<std::string> real_input::urls(std::size_t times) const {
    std::vector<std::string> all;
    for (std::size_t round = 0; round < times; ++round) {
        for (const auto& [file, body] : bodies_) {
            for (const auto& name : names()) {
                all.push_back("https://" + name + ":" + std::to_string(web_.port()) + "/" + file);
            }
        }
    }
    // Not std::shuffle: every library would mix differently.
    std::mt19937_64 random(2);
    for (std::size_t last = all.size(); last > 1; --last) {
        std::swap(all[last - 1], all[random() % last]);
    }
    return all;
}

}  // namespace weft::test
