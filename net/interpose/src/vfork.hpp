// SPDX-License-Identifier: BSL-1.0
#pragma once

/// Set in the child of a vfork(), until the parent goes on; in the memory that both share.
extern "C" constinit thread_local unsigned char weft_interpose_vforked
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

namespace weft::interpose {

/// Whether this is the child of a vfork(): everything of weft it sees is its parent's.
[[nodiscard]] inline bool in_vfork_child() noexcept {
    return weft_interpose_vforked != 0;
}

}  // namespace weft::interpose
