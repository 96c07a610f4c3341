#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# native/fetch.sh DIR: downloads the pinned packages of versions.sh into DIR.
#
# They come from a newer Debian release than the machine runs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/versions.sh"
dir=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$here/.."
. .ci/common.sh
. .ci/suite.sh
use_suite "$dir" "$SUITE"

verify() { # file sha256
    echo "$2  $1" | sha256sum --check --status || fail "$1 is not the file versions.sh names (sha256 differs)"
}

cd "$dir"
apt-get -qq --download-only source "libbpf=$LIBBPF_VERSION" ||
    fail "libbpf $LIBBPF_VERSION is not in Debian $SUITE any more: choose another in native/versions.sh"
apt-get -qq download "opentelemetry-proto=$PROTO_VERSION" ||
    fail "opentelemetry-proto $PROTO_VERSION is not in Debian $SUITE any more: choose another in native/versions.sh"
verify "$LIBBPF_TARBALL" "$LIBBPF_SHA256"
verify "opentelemetry-proto_${PROTO_VERSION}_all.deb" "$PROTO_SHA256"
