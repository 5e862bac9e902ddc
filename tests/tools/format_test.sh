#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# Runs tools/dev/format.sh over a tree with one badly formed file.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "$1" >&2
    cat "$work/said" >&2
    exit 1
}

format() {
    "$work/tools/dev/format.sh" "$@" >"$work/said" 2>&1
}

mkdir -p "$work"/{examples,net,runtime,tests,tools/dev}
cp "$root/.clang-format" "$work"
cp "$root/tools/dev/format.sh" "$work/tools/dev"
printf 'int  bad ;\n' >"$work/net/bad.cpp"

format --check && fail "a badly formed file was accepted"
[ $? = 77 ] && exit 77
grep -q 'net/bad.cpp:1:' "$work/said" || fail "the file was not named"
grep -q 'int  bad' "$work/net/bad.cpp" || fail "--check changed the file"

format || fail "it was not mended"
[ "$(cat "$work/net/bad.cpp")" = "int bad;" ] || fail "the form is wrong"
format --check || fail "the mended file was refused"
