# SPDX-License-Identifier: Apache-2.0
# What native/ is made of, and nothing else says so: Debian release, versions of its packages, sha256 of what is used. Of a source
# package that is its .dsc, which names the sha256 of everything else in it.
# shellcheck disable=SC2034
SUITE=trixie
LIBBPF_VERSION=1.5.0-3
LIBBPF_SHA256=b8fdd3a9c58a13d13e9da0927062f1237303db3a804207e423ec4335119d3245
OPENSSL_VERSION=3.5.7-1~deb13u2
OPENSSL_SHA256=25904642004d30c5c3da4642a72a7d09f8d9eb6e5ce62dab53c0371114faf8f2
PROTO_VERSION=1.5.0-1
PROTO_SHA256=586d239b7bdd047d60ecc245c79b300dd632ee6e6b21a618b2e2efea9ff40faa
LIBRDKAFKA_VERSION=2.8.0-1
LIBRDKAFKA_SHA256=0e9f099090072fe33da42303e1878f7f4713f91b94aa6523a9d630fe67eb2b51
