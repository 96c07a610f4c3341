# SPDX-License-Identifier: Apache-2.0
# What native/ is made of, and nothing else says so: Debian release, package versions, sha256 of what is used.
# shellcheck disable=SC2034
SUITE=trixie
LIBBPF_VERSION=1.5.0-3
LIBBPF_TARBALL=libbpf_1.5.0.orig.tar.gz
LIBBPF_SHA256=53492aff6dd47e4da04ef5e672d753b9743848bdb38e9d90eafbe190b7983c44
PROTO_VERSION=1.5.0-1
PROTO_SHA256=586d239b7bdd047d60ecc245c79b300dd632ee6e6b21a618b2e2efea9ff40faa
