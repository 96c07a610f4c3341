#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh full|short [VERSION]...: boots Debian's kernels in virtual machines, tries everything there, or the most important, and
# compares it with docs/kernels.md: one line, passed or failed, for each. UPDATE_GOLDEN=1: full writes docs/kernels.md, and both
# write to cost/ what the verifier had to do. GO_VERSION=1.27: full tries programs of that toolchain.
set -uo pipefail
cd "$(dirname "$0")/../.."
. .ci/common.sh
extent=$1
shift
readonly at_once=2
export results=$PWD/out/kernels/results-$extent

# machine NAME EXTENT: NAME is a version, or a version and arguments of the kernel, as in 6.12+lockdown=integrity.
machine() {
    local name=$1 extent=$2 version=${1%%+*} arguments= limit=900 status start=$SECONDS
    local result=$results/$name
    [ "$name" = "$version" ] || arguments=${name#*+} arguments=${arguments//+/ }
    [ "$extent" = full ] || limit=300
    rm -rf "$result"
    tests/Kernels/boot.sh "out/kernels/$version" "$result" "$limit" "$arguments" \
        "cd '$PWD' && export UPDATE_GOLDEN=${UPDATE_GOLDEN:-} || exit
        uname -v >/result/kernel
        python3 tests/Kernels/checks.py out/hilo /result $extent"
    status=$?
    [ -z "${UPDATE_GOLDEN:-}" ] || [ -n "$arguments" ] || cp "$result"/cost/*.txt tests/Kernels/cost/ 2>/dev/null
    case $status in
    0) echo "kernel $name: $(cat "$result/kernel"), $((SECONDS - start)) s" ;;
    124) echo "kernel $name: not finished within $limit s; see $result" ;;
    125) echo "kernel $name: the virtual machine died, twice; see $result" ;;
    *) echo "kernel $name: the checks ended with $status:" && tail -n 20 "$result/output" ;;
    esac
    return $status
}

# What only the full run tries.
programs() {
    local sources=tests/Kernels/injection built=out/kernels/injection native=out/native
    local strict=(-std=gnu17 -O2 -Wall -Wextra -Werror -isystem $native/include)
    mkdir -p "$built"
    quietly clang-19 -target bpf -D__TARGET_ARCH_x86 -mcpu=v3 -g "${strict[@]}" -idirafter "/usr/include/$(gcc -print-multiarch)" \
        -c $sources/inject.bpf.c -o $built/inject.bpf.o
    quietly gcc "${strict[@]}" -o $built/inject $sources/inject.c $native/libbpf.a $native/libelf.a -lz
    quietly gcc "${strict[@]}" -o $built/target $sources/target.c -lssl -lcrypto
    # With the packages of Debian.
    GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$PWD/out/go-cache quietly \
        go build -o out/kernels/go-relay tests/Scenarios/Services/go/relay.go
}

export -f machine
versions=("$@")
if [ ${#versions[@]} -eq 0 ]; then
    versions=(5.10 6.1 6.12 newest 6.12+lockdown=integrity 6.12+lockdown=integrity+nosecurityfs 6.12+lockdown=confidentiality)
fi
mkdir -p "$results" docs tests/Kernels/cost
[ "$extent" = short ] || (programs && quietly tests/Kernels/go_write.sh) || exit
printf '%s\n' "${versions[@]%%+*}" | sort -u | xargs -P $at_once -I '{}' tests/Kernels/fetch.sh '{}' || fail "kernels: not all could be fetched"
printf '%s\0' "${versions[@]}" | xargs -0 -P $at_once -I '{}' bash -c 'machine "$1" "$2"' machine '{}' "$extent"
status=$?
if [ "$extent" = full ] && [ "${UPDATE_GOLDEN:-}" ]; then
    python3 tests/Kernels/table.py write docs/kernels.md "$results" || status=1
else
    python3 tests/Kernels/table.py compare docs/kernels.md "$results" "${versions[@]}" || status=1
fi
[ $status = 0 ]
