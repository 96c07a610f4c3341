#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds OpenSSL into out/openssl: what TLS 1.2 and 1.3 need, certificates and keys in PEM, and what the runtime's own code refers
# to. Debian's library holds much that nobody here can ask for; without it the binary is smaller by more than a megabyte.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../out

# Parts: code that is loaded at run time, other protocols, formats of certificates' surroundings. Ciphers and hashes that TLS 1.2
# does not use, or should not. Conveniences.
without=(
    shared tests apps docs makedepend legacy module dso engine dynamic-engine static-engine afalgeng padlockeng
    quic dtls dtls1-method dtls1_2-method srtp sctp ssl3 cmp cms ct ts srp psk rfc3779
    aria bf blake2 camellia cast cmac gost idea md4 mdc2 ocb rc4 rc5 rmd160 seed siphash siv sm2 sm2-precomp sm3 sm4 whirlpool argon2
    ec2m ml-dsa slh-dsa weak-ssl-ciphers integrity-only-ciphers tls-deprecated-ec
    async comp filenames ktls multiblock nextprotoneg ssl-trace thread-pool default-thread-pool tfo ui-console uplink winstore
    unstable-qlog)

rm -rf "$out/openssl"
mkdir -p "$out/openssl/lib"
"$here/fetch.sh" "$out/packages"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dpkg-source --extract "$out/packages/openssl.dsc" "$work/openssl" >/dev/null 2>&1
cd "$work/openssl"
# A table of 150 kB makes signatures over P-256 faster. Key exchange is X25519, and a signature stands only at the beginning of a
# connection.
sed -i '/_x86_64=ecp_nistz256/s/=.*/=/; /_x86_64=ECP_NISTZ256_ASM/s/=.*/=/' crypto/ec/build.info
# Where Debian has certificates and openssl.cnf. Nothing unwinds through OpenSSL: the runtime does not look into C, and C throws
# nothing. Position-independent: the same archives go into a static-pie and into a shared library.
CC=gcc ./Configure linux-x86_64 --prefix=/usr --libdir=lib --openssldir=/usr/lib/ssl "${without[@]/#/no-}" \
    -Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fPIC >/dev/null
# Three quarters of a megabyte are AES for AVX-512, which nothing here waits for: for an assembler that does not know it, there are stubs.
printf '#!/bin/sh\necho GNU assembler version 2.29\n' >"$work/assembler"
chmod +x "$work/assembler"
make -s CC="$work/assembler" crypto/modes/aes-gcm-avx512.s crypto/aes/aesni-xts-avx512.s
make -s -j2 build_generated >/dev/null 2>&1
make -s -j2 libcrypto.a libssl.a
cp -rL include "$out/openssl/"
for library in ssl crypto; do
    llvm-objcopy-19 --remove-section .eh_frame --remove-section .rela.eh_frame "lib$library.a" "$out/openssl/lib/lib$library.a"
done
