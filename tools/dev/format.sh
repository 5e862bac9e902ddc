#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# format.sh [--check]: puts every C++ file into the form that .clang-format describes.
#
# With --check it changes nothing: it names the lines that differ and fails. Only clang-format 14
# is used, because each version breaks lines a little differently.

set -euo pipefail

readonly lacks_formatter=77  # what ctest counts as skipped

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

mode=(-i)
case ${1:-} in
    '') ;;
    --check) mode=(--dry-run --Werror) ;;
    *)
        echo "format.sh: unknown argument: $1" >&2
        exit 2
        ;;
esac

if ! command -v clang-format-14 >/dev/null; then
    echo "format.sh: needs clang-format-14 (Debian's package of that name)" >&2
    exit "$lacks_formatter"
fi

find examples net runtime tests tools -name '*.[ch]pp' -print0 |
    xargs -0 clang-format-14 "${mode[@]}" --
