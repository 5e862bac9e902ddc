// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <span>
#include <string_view>

namespace weft::http {

/// Undoes a content coding while the body arrives. Memory does not depend on the input.
class content_decoder {
public:
    content_decoder() = default;
    content_decoder(const content_decoder&) = delete;
    content_decoder& operator=(const content_decoder&) = delete;
    virtual ~content_decoder() = default;

    /// Takes from the front of `input` and fills `out` from its front. Returns the bytes written;
    /// 0 if more input is needed.
    ///
    /// \throws http::error  errc::bad_content_coding
    virtual std::size_t decode(std::string_view& input, std::span<char> out) = 0;

    /// Whether the data may end here.
    [[nodiscard]] virtual bool complete() const noexcept = 0;
};

/// A decoder for gzip, of one member or several.
[[nodiscard]] std::unique_ptr<content_decoder> make_gzip_decoder();

/// A decoder for deflate: with the zlib header of the standard, or without, as some servers do.
[[nodiscard]] std::unique_ptr<content_decoder> make_deflate_decoder();

/// A decoder for br.
[[nodiscard]] std::unique_ptr<content_decoder> make_brotli_decoder();

/// The decoder for a Content-Encoding; null for one that is not known, or none.
[[nodiscard]] std::unique_ptr<content_decoder> make_decoder(std::string_view coding);

}  // namespace weft::http
