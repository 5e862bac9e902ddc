#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# at_once.sh COUNT PROGRAM ARGUMENT...: so many processes of a GoogleTest program at once, each with
# a part of its cases. For cases that mostly wait.

set -u

count=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for shard in $(seq 0 $((count - 1))); do
    (
        code=0
        GTEST_TOTAL_SHARDS=$count GTEST_SHARD_INDEX=$shard "$@" > "$work/$shard" 2>&1 || code=$?
        echo "$code" > "$work/$shard.code"
    ) &
done
wait
failed=0
some_ran=no
for shard in $(seq 0 $((count - 1))); do
    cat "$work/$shard"
    code=$(cat "$work/$shard.code")
    if [ "$code" != 0 ]; then
        echo "part $shard of $count: exit code $code"
        failed=1
    fi
    grep -q '^\[  PASSED  \] 0 tests' "$work/$shard" || some_ran=yes
done
# ctest takes a test for skipped if it ends with a list of skipped cases.
[ $some_ran = no ] || echo "$count parts have ended"
exit $failed
