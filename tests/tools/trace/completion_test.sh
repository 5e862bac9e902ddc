#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# completion_test.sh WEFT_TRACE COMPLETION: what the shell offers at a few places.

set -euo pipefail

program=$1
# shellcheck source=/dev/null
source "$2"

# What is offered for the last of these words.
offers() {
    COMP_WORDS=("$program" "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _weft_trace
    echo "${COMPREPLY[*]}"
}

expect() {
    local wanted=$1 got
    shift
    got=$(offers "$@")
    if [ "$got" != "$wanted" ]; then
        echo "FAILED: '$*' offers '$got', not '$wanted'" >&2
        exit 1
    fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
touch "$work/one.ftr"

expect "deadlock" deadl
expect "report" repo
expect "" nothing
expect "" nothing --opt
expect "--state --sort" ps 4711 --s
expect "$work/one.ftr" report "$work/on"
complete -p weft-trace | grep -q -- '-F _weft_trace weft-trace'
