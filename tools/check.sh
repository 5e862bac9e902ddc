#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0

set -euo pipefail

usage() {
    cat <<'END'
check.sh [--preset PRESET]

Installs what is missing, builds weft and runs all its tests.
PRESET is release (the default), dev, asan or tsan.
END
}

preset=release
while [ $# -gt 0 ]; do
    case $1 in
        --preset)
            preset=${2:?check.sh: --preset needs a name}
            shift 2
            ;;
        --help | -h)
            usage
            exit 0
            ;;
        *)
            echo "check.sh: unknown argument: $1" >&2
            usage >&2
            exit 2
            ;;
    esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/dev/setup.sh
PATH=$PATH:/usr/sbin:/sbin  # where Debian keeps nginx and dnsmasq
jobs=$(nproc)

# ThreadSanitizer before GCC 14 does not know the address layouts of newer kernels.
run=()
if [ "$preset" = tsan ] && setarch --addr-no-randomize true 2>/dev/null; then
    run=(setarch --addr-no-randomize)
fi

cmake --preset "$preset" --log-level=WARNING -DWEFT_UNITY=ON
cmake --build --preset "$preset" --parallel "$jobs"
"${run[@]}" ctest --preset "$preset" --parallel "$jobs"
