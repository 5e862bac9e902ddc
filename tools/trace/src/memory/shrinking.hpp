// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace weft::trace_tool {

/// From now on, reading a mapped file that was made shorter in the meantime ends this process with
/// a message and outcome::no_access. A memfd of a runtime is sealed against that, a file is not.
void refuse_shrinking_memory() noexcept;

}  // namespace weft::trace_tool
