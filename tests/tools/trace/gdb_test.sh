#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# gdb_test.sh PLANTED WEFT_GDB: what the commands of tools/gdb/weft-gdb.py say about a program whose
# fibers and stacks are known, while it runs and of its core.

set -euo pipefail

readonly planted=$1 script=$2 skipped=77
work=$(mktemp -d)
program=
trap '[ -z "$program" ] || kill -KILL "$program"; rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    cat "$work/said" >&2
    exit 1
}

# What gdb says to the commands, which come after its other arguments.
ask() {
    gdb -quiet -batch -nx "$@" > "$work/said" 2>&1 < /dev/null || true
}

says() {
    grep -q -- "$1" "$work/said" || fail "it does not say: $1"
}

# The functions of `planted` in the stack of a fiber, in the order in which they were called.
check_connection() {
    says '^ *[*]\? *[0-9]\+  connection  *parked, event  *[0-9]\+  *planted.cpp:[0-9]\+$'
    says '^fiber #[0-9]\+ "sleeper", parked, sleep$'
    sed -n '/^fiber #[0-9]* "connection"/,/^$/p' "$work/said" |
        grep -o 'planted::[a-z_]*[ (]' | tr -d ' (' | head -n 3 > "$work/functions"
    printf 'planted::%s\n' wait_deep_inside serve_request serve_connection > "$work/expected"
    cmp -s "$work/functions" "$work/expected" || fail "another stack: $(cat "$work/functions")"
    ! grep -q 'vtable for\|make_fcontext.*make_fcontext' "$work/said" || fail "more than the stack"
}

if ! command -v gdb > /dev/null; then
    echo "there is no gdb" >&2
    exit $skipped
fi

readonly commands=(-ex 'info fibers' -ex 'fiber apply all bt' -ex 'fiber 3' -ex 'frame function planted::wait_deep_inside' -ex 'fiber')
ask -ex 'break planted::tell_ready' -ex 'run parked' -x "$script" "${commands[@]}" \
    -ex 'fiber 99' -ex 'fiber apply' -ex 'fiber 0' -ex 'fiber' -ex kill "$planted"
check_connection
says '"main", running'
says 'never.wait();'  # the line of that frame, above the runtime's wait
says 'there is no fiber 99'
says 'fiber apply all|ID... COMMAND'
says '^no fiber is chosen$'

# The control: a program that shows no fibers.
ask -ex 'starti' -x "$script" -ex 'info fibers' -ex 'fiber 1' -ex kill "$planted"
says 'the program shows no fibers'

if grep -q '^[|/]' /proc/sys/kernel/core_pattern; then
    echo "cores are kept elsewhere here: only the live process was looked at" >&2
    exit 0
fi
cd "$work"
mkfifo output
(
    ulimit -c unlimited
    ASAN_OPTIONS=${ASAN_OPTIONS-}:disable_coredump=0 exec "$planted" parked > output
) &
program=$!
read -r _ < output
kill -ABRT "$program"
wait "$program" 2> /dev/null || true
program=
ask "$planted" "$(echo "$work"/core*)" -x "$script" "${commands[@]}"
check_connection
echo "live and of a core: all as planted"
