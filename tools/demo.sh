#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# demo.sh [ARGUMENT...]: installs what is missing, builds weft and runs fetch with the arguments.
#
# Without arguments fetch starts its own HTTPS and DNS servers and fetches from them; see
# demo.sh --help. What building says goes to stderr.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
(
    cd "$root"
    tools/dev/setup.sh
    cmake --preset release --log-level=WARNING
    cmake --build --preset release --parallel "$(nproc)" --target fetch
) >&2
exec "$root/build/release/bin/fetch" "$@"
