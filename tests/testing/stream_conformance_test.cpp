// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/stream_conformance.hpp>

#include <weft/testing/memory_stream.hpp>

#include <memory>
#include <span>
#include <utility>

namespace shop {

/// A stream as a user writes one: it counts what passes over another.
class counted_stream final : public weft::net::stream {
public:
    explicit counted_stream(std::unique_ptr<weft::net::stream> below) : below_(std::move(below)) {}

    [[nodiscard]] std::size_t read_some(std::span<std::byte> into) override {
        const auto count = below_->read_some(into);
        passed_ += count;
        return count;
    }
    void write_all(std::span<const std::byte> from) override {
        below_->write_all(from);
        passed_ += from.size();
    }
    void shutdown_write() override { below_->shutdown_write(); }
    void close() noexcept override { below_->close(); }

private:
    std::unique_ptr<weft::net::stream> below_;
    std::size_t passed_ = 0;
};

struct over_counted {
    static weft::testing::stream_pair connect() {
        auto made = weft::testing::connect_in_memory();
        return {std::make_unique<counted_stream>(std::move(made.client)),
                std::make_unique<counted_stream>(std::move(made.server))};
    }
};

}  // namespace shop

namespace weft::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(Counted, StreamConformance, ::shop::over_counted);

}  // namespace weft::testing
