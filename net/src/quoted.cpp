// SPDX-License-Identifier: BSL-1.0
#include "quoted.hpp"

namespace weft::net::detail {

std::string quoted(std::string_view text) {
    constexpr std::size_t most = 255;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string shown = "\"";
    for (const char each : text.substr(0, most)) {
        const auto byte = static_cast<unsigned char>(each);
        if (byte < 0x20 || byte > 0x7E) {
            shown += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
        } else {
            shown += each;
        }
    }
    return shown + (text.size() > most ? "...\"" : "\"");
}

}  // namespace weft::net::detail
