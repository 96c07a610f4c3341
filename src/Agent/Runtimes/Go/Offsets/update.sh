#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# update.sh [SUITE...]: measures every toolchain of Go, and grpc, that these suites of Debian offer (all that have any), and writes their
# lines of offsets.txt anew. Nothing is installed.
set -euo pipefail
cd "$(dirname "$0")/../../../../.."
here=src/Agent/Runtimes/Go/Offsets
. .ci/common.sh
. .ci/suite.sh
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# GOROOT GOPATH: with grpc where that has it
measure() {
    local sources=("$here/offsets.go")
    [ ! -d "$2/src/google.golang.org/grpc" ] || sources+=("$here/grpc.go")
    GOROOT=$1 GOPATH=$2 GOTOOLCHAIN=local GO111MODULE=off GOCACHE=$work/cache "$1/bin/go" build -o "$work/program" "${sources[@]}"
    "$work/program" | tee -a "$work/measured"
}

# In a shell of its own: apt has another state there.
measure_suite() {
    local suite=$1 folder=$work/$1 toolchain dependencies
    use_suite "$folder/apt" $(printf "%s\n" "$suite" "${suite%-backports}" | sort -u)
    cd "$folder/apt/archives"
    dependencies=$(apt-get install --simulate --target-release "$suite" --no-install-recommends golang-google-grpc-dev | awk '/^Inst golang-.*-dev / { print $2 "=" substr($3, 2) }') || true
    for toolchain in $(apt-cache search --names-only '^golang-1\.[0-9]+-go$' | awk '{ print $1 }' | sort -V); do
        # shellcheck disable=SC2086
        quietly apt-get download "$toolchain" "${toolchain%-go}-src" $dependencies
        dependencies=
        for package in *.deb; do
            dpkg -x "$package" "$folder"
        done
        rm ./*.deb
        (cd "$OLDPWD" && measure "$folder/usr/lib/go-$(sed "s/golang-\(.*\)-go/\1/" <<<"$toolchain")" "$folder/usr/share/gocode")
        rm -rf "$folder/usr/lib" "$folder"/usr/share/go-1.*
    done
}

[ $# -gt 0 ] || set -- bookworm bookworm-backports trixie trixie-backports forky
for suite; do
    (measure_suite "$suite")
done
awk '
    FNR == NR { measured[$1 " " $2] = $0; next }
    /^#/ { end(); print; next }
    { kind = $1; lines[$2] = $0 }
    END { end() }
    function end(    key, part, minor) {
        if (!kind) return
        for (key in measured) {
            split(key, part, " ")
            if (part[1] == kind) lines[part[2]] = measured[key]
        }
        for (minor = 0; minor < 1000; minor++) if (minor in lines) print lines[minor]
        delete lines
        kind = ""
    }' "$work/measured" $here/offsets.txt >"$work/table"
cp "$work/table" $here/offsets.txt
