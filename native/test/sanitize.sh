#!/bin/sh
# The kernel tests under the address and undefined-behaviour sanitizers, then the thread sanitizer.
# Usage: native/test/sanitize.sh [rounds]
set -eu
cd "$(dirname "$0")"
rounds="${1:-40}"
flags="-g -fno-omit-frame-pointer -fno-sanitize-recover=all"
make -s OUT=build/asan OPT=-O1 EXTRA="-fsanitize=address,undefined $flags" build/asan/kernel-test
# GCC before 14 aligns the frames of detect_stack_use_after_return to 32 bytes, too few for 64-byte stores (its bug 110027)
ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=0 UBSAN_OPTIONS=print_stacktrace=1 build/asan/kernel-test all "$rounds"
make -s OUT=build/tsan OPT=-O1 EXTRA="-fsanitize=thread $flags" build/tsan/kernel-test
build/tsan/kernel-test all 10
echo "sanitizers: clean"
