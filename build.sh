#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One script builds, runs and tests everything. On a fresh Debian it needs git and the .NET SDK; as root it installs
# the rest. A stage whose inputs did not change is skipped.
usage="usage: build.sh [COMMAND]
  (none)   build out/hilo, with everything a fresh machine needs for it
  run      build, then out/hilo run
  test     build, then lint and all tests; last line: N passed, N failed, N skipped
  bench    build, then the measurements of bench/run.sh; bench features: what each feature costs;
           bench grpc: calls; bench queue: what waits; bench outage: for long; bench go: programs of Go
  image    build, then out/hilo-image.tar, an OCI archive
  deb      build, then out/hilo_VERSION_amd64.deb, a Debian package with a systemd unit
  kernels [VERSION]...
           build, then try everything on Debian's kernels 5.10, 6.1, 6.12, newest and under lockdown, in virtual
           machines, and compare with docs/kernels.md; with UPDATE_GOLDEN=1 write that
  go-offsets
           measure Debian's toolchains of Go, and write src/Agent/Runtimes/Go/Offsets/offsets.txt
  fuzz     the parsers, FUZZ_SECONDS (300) each
  lint     rules that no compiler knows, formatting
  format   rewrite C and C# in the project's format
  clean    remove what was built"
set -euo pipefail
cd "$(dirname "$0")"
root=$PWD
. .ci/common.sh

# Hosts are not named here: packages come from the registries that apt and NuGet are configured with.
packages() {
    need_packages clang-19 lld-19 llvm-19 bpftool libelf-dev zlib1g-dev libnghttp2-dev libyaml-dev cmake make gcc libc6-dev dpkg-dev perl \
        debian-archive-keyring ca-certificates xz-utils liblzma-dev
    command -v dotnet >/dev/null || fail "the .NET SDK is missing: dotnet is not on PATH"
}

native() {
    stage native "libbpf, the shim and the OTLP schema" native/build.sh native/fetch.sh native/versions.sh native/shim.* && return
    native/build.sh
    done_stage
}

openssl() {
    stage openssl OpenSSL native/openssl.sh native/fetch.sh native/versions.sh && return
    native/openssl.sh
    rm -rf artifacts/obj/Agent/*/libs # what the SDK has compiled against another
    done_stage
}

librdkafka() {
    stage librdkafka librdkafka native/librdkafka.sh native/librdkafka native/fetch.sh native/versions.sh out/openssl/lib && return
    native/librdkafka.sh
    done_stage
}

bpf_flags() {
    local machine
    machine=$(uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
    echo -target bpf "-D__TARGET_ARCH_$machine" -mcpu=v3 -O2 -g -std=gnu17 -Wall -Wextra -Wpadded -Werror \
        "-ffile-prefix-map=$root=." -I bpf -isystem out/native/include -idirafter "/usr/include/$(gcc -print-multiarch)"
}

bpf() {
    stage bpf "the BPF objects" bpf .ci/common.sh build.sh out/native/include && return
    rm -rf out/bpf
    mkdir -p out/bpf
    # Objects keep their BTF; DWARF is for nobody, and the relocations of BTF are for linkers.
    find bpf -name '*.bpf.c' | sort | FLAGS=$(bpf_flags) xargs -r -P 2 -I '{}' bash -euc '
        object=out/bpf/$(basename "{}" .c).o
        clang-19 $FLAGS -c "{}" -o "$object"
        llvm-strip-19 --strip-debug -R .rel.BTF.ext -R .rel.BTF -R .llvm_addrsig "$object"'
    # In the binary they are packed, as one: they have most in common.
    (
        cd out/bpf
        stat --printf '%n %s\n' *.bpf.o | sed 's/\.bpf\.o / /' > objects.txt
        cat *.bpf.o | xz --format=xz --check=crc32 --lzma2=preset=9e,dict=4MiB,pb=3 >objects.xz
    )
    done_stage
}

agent() {
    local tfm=${AotTfm:-net9.0}
    [ -x out/hilo ] || rm -f out/stamps/agent
    stage agent "out/hilo ($tfm)" src bpf/contract native/versions.sh global.json Directory.*.props .editorconfig \
        out/native/*.a out/openssl/lib out/librdkafka/*.a out/bpf out/proto && return
    # For cmake, with which the SDK compiles its own code over OpenSSL. Its trials name libraries in an order that only lld takes.
    OPENSSL_ROOT_DIR=$root/out/openssl CFLAGS="-Os -ffunction-sections -fdata-sections" LDFLAGS=-fuse-ld=lld \
        quietly dotnet publish src/Agent --framework "$tfm" --configuration Release --output out/publish
    cp out/publish/hilo out/hilo.new
    mv out/hilo.new out/hilo # a running hilo keeps its own file
    done_stage
}

build() {
    packages
    native
    openssl
    librdkafka
    bpf
    agent
}

command=${1:-build}
[ $# -eq 0 ] || shift
case $command in
build)
    build
    ;;
run)
    build
    exec out/hilo run "$@"
    ;;
test)
    build
    .ci/test "$@"
    ;;
bench)
    build
    need_packages wrk nginx-light=nginx curl libssl-dev
    what=${1:-run}
    [ -x "bench/$what.sh" ] || fail "bench: there is no bench/$what.sh"
    "bench/$what.sh"
    ;;
image)
    build
    deploy/image/build.sh
    ;;
deb)
    build
    need_packages debhelper=dh
    deploy/package/build.sh
    ;;
kernels)
    build
    # shellcheck disable=SC2046
    need_packages $(cat tests/Kernels/packages)
    tests/Kernels/run.sh full "$@"
    ;;
go-offsets)
    need_packages golang-go=go debian-archive-keyring
    src/Agent/Runtimes/Go/Offsets/update.sh "$@"
    ;;
fuzz)
    build
    .ci/fuzz "${FUZZ_SECONDS:-300}"
    ;;
lint)
    need_packages clang-format-19
    .ci/lint
    ;;
format)
    need_packages clang-format-19
    c_files | xargs -r clang-format-19 -i
    dotnet format whitespace Agent.sln
    ;;
clean)
    rm -rf out artifacts
    ;;
*)
    echo "$usage" >&2
    exit 2
    ;;
esac
