// SPDX-License-Identifier: BSL-1.0
//
// The fuzz targets without a fuzzer: their seeds, and some thousand mutations of each that are the
// same in every run.
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace weft::fuzz {
namespace {

struct target {
    const char* name;
    void (*run)(std::string_view);
};

void PrintTo(const target& shown, std::ostream* out) {
    *out << shown.name;
}

std::vector<std::string> seeds_of(const char* name) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(WEFT_FUZZ_CORPUS) / name)) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    std::vector<std::string> seeds;
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return seeds;
}

/// Changes inputs as fuzzers do, from a fixed seed. std::mt19937 is the same everywhere, which
/// the distributions of the standard library are not.
class mutator {
public:
    explicit mutator(std::vector<std::string> seeds) : seeds_(std::move(seeds)) {}

    std::string next() {
        auto text = any_seed();
        for (auto changes = 1 + below(4); changes > 0; --changes) {
            change(text);
        }
        return text;
    }

private:
    std::size_t below(std::size_t bound) { return random_() % std::max<std::size_t>(1, bound); }
    const std::string& any_seed() { return seeds_[below(seeds_.size())]; }
    char any_byte() {
        constexpr std::string_view telling("\0\r\n\t :;,%/#?@[]0159afAFxX+-._\x7f\x80\xff", 33);
        return below(2) == 0 ? telling[below(telling.size())] : static_cast<char>(below(256));
    }

    std::string piece_of(const std::string& whole) {
        const auto begin = below(whole.size() + 1);
        return whole.substr(begin, below(64));
    }

    void change(std::string& text) {
        const auto at = below(text.size() + 1);
        switch (below(6)) {
            case 0: text.insert(at, 1, any_byte()); break;
            case 1: text.erase(at, 1 + below(8)); break;
            case 2: text.replace(at, at < text.size() ? 1 : 0, 1, any_byte()); break;
            case 3: text.insert(at, piece_of(text)); break;
            case 4: text.insert(at, piece_of(any_seed())); break;
            default: text.resize(at); break;
        }
    }

    std::vector<std::string> seeds_;
    std::mt19937 random_{20'240'229};
};

class FuzzRegression : public testing::TestWithParam<target> {
protected:
    static void expect_no_violation(const std::string& input) {
        try {
            GetParam().run(input);
        } catch (const violation& found) {
            ADD_FAILURE() << "violated: " << found.what() << ", by "
                          << testing::PrintToString(input);
        }
    }
};

TEST_P(FuzzRegression, HoldsForSeedsAndTheirMutations) {
    const auto seeds = seeds_of(GetParam().name);
    ASSERT_GE(seeds.size(), 3U);
    for (const auto& seed : seeds) {
        expect_no_violation(seed);
    }
    mutator mutations(seeds);
    for (int i = 0; i < 5'000; ++i) {
        expect_no_violation(mutations.next());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Targets, FuzzRegression,
    testing::Values(target{"request_head", request_head}, target{"response_head", response_head},
                    target{"chunked_body", chunked_body}, target{"url", url},
                    target{"dns_reply", dns_reply}, target{"hosts_file", hosts_file},
                    target{"address", address}, target{"fetch_options", fetch_options},
                    target{"recording_file", recording_file},
                    target{"recording_chunk", recording_chunk},
                    target{"runtime_memory", runtime_memory}, target{"core", core}),
    [](const auto& chosen) { return std::string(chosen.param.name); });

}  // namespace
}  // namespace weft::fuzz
