#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds what the agent links besides .NET, into out/native and out/proto:
#   include/            headers of libbpf, for the BPF programs and the shim
#   lib*.a              linked into the static binary
#   jit/*.so            the same code for tests, which run under the JIT
#   ../proto/           the OTLP schema, input of the generator
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../out
. "$here/versions.sh"
multiarch=$(gcc -print-multiarch)
warnings=(-std=gnu17 -Wall -Wextra -Werror)

rm -rf "$out/native" "$out/proto"
mkdir -p "$out/native/jit" "$out/proto"
packages=$out/packages
"$here/fetch.sh" "$packages"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dpkg-source --extract "$packages/libbpf.dsc" "$work/libbpf" >/dev/null 2>&1
# Position-independent: the same archive goes into a static-pie and into a shared library.
make -s -j2 -C "$work/libbpf/src" CFLAGS="-O2 -g -fPIC" BUILD_STATIC_ONLY=1 NO_PKG_CONFIG=1 OBJDIR="$work/o" DESTDIR="$work/root" \
    PREFIX=/usr LIBDIR=/usr/lib install install_uapi_headers >/dev/null
cp -r "$work/root/usr/include" "$out/native/include"
cp "$work/root/usr/lib/libbpf.a" "/usr/lib/$multiarch"/lib{elf,nghttp2,yaml,lzma}.a "$out/native/"
cp "/usr/lib/$multiarch"/lib{nghttp2,yaml,lzma}.so "$out/native/jit/"

# Nothing unwinds through C: the runtime does not look into it, and it throws nothing.
for library in "$out"/native/lib{bpf,elf,nghttp2,yaml,lzma}.a; do
    llvm-objcopy-19 --remove-section .eh_frame --remove-section .rela.eh_frame "$library"
done

dpkg-deb -x "$packages/opentelemetry-proto_${PROTO_VERSION}_all.deb" "$work/proto"
cp -r "$work/proto/usr/include/opentelemetry" "$out/proto/"

cd "$out/native"
gcc "${warnings[@]}" -O2 -g -fPIC -isystem include -c "$here/shim.c" -o shim.o
rm -f libshim.a
ar rcs libshim.a shim.o
# Without the early constructor's settings, which are for the binary: a test host sets up its own runtime.
gcc "${warnings[@]}" -O2 -g -fPIC -DSHIM_JIT -isystem include -c "$here/shim.c" -o shim-jit.o
gcc -shared -o jit/libbpf.so -Wl,--whole-archive libbpf.a -Wl,--no-whole-archive shim-jit.o -lelf -lz
# Only a second name for the library above: dlsym looks through dependencies, so libbpf's state exists once.
gcc -shared -o jit/libshim.so -Wl,--no-as-needed -Ljit -lbpf -Wl,-rpath,'$ORIGIN'
rm -f shim.o shim-jit.o
