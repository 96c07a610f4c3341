#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# native/fetch.sh DIR: downloads the pinned packages of versions.sh into DIR, unless they are there.
#
# They come from a newer Debian release than the machine runs. A source that the release has replaced meanwhile, as it does when
# there is a hole in it, is taken as it now is, signed by Debian, and a line says so.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/versions.sh"
dir=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$here/.."
. .ci/common.sh
. .ci/suite.sh

is() { # sha256 file
    echo "$1  $2" | sha256sum --check --status 2>/dev/null
}

# Its .dsc is what a build looks for, and NAME.dsc is a link to the one that is meant.
source_package() { # name version sha256
    local name=$1 version=$2 dsc
    dsc=$name"_"$version.dsc
    if ! is "$3" "$dsc"; then
        suite
        apt-get -qq --download-only source "$name=$version" 2>/dev/null || true
    fi
    if ! is "$3" "$dsc"; then
        for version in $(apt-cache showsrc --only-source "$name" | sed -n 's/^Version: //p' | sort -urV); do
            dsc=$name"_"${version#*:}.dsc
            ! apt-get -qq --download-only source "$name=$version" 2>/dev/null || break
        done
        [ -e "$dsc" ] || fail "$name cannot be had from Debian $SUITE"
        echo "native: $name $2 cannot be had from Debian $SUITE any more, $version is used: say so in native/versions.sh"
    fi
    ln -sf "$dsc" "$name.dsc"
}

suite() {
    [ "${APT_CONFIG:-}" = "$dir/apt.conf" ] || (cd "$here/.." && use_suite "$dir" "$SUITE")
    export APT_CONFIG=$dir/apt.conf
}

cd "$dir"
source_package libbpf "$LIBBPF_VERSION" "$LIBBPF_SHA256"
source_package openssl "$OPENSSL_VERSION" "$OPENSSL_SHA256"
source_package librdkafka "$LIBRDKAFKA_VERSION" "$LIBRDKAFKA_SHA256"
if ! is "$PROTO_SHA256" "opentelemetry-proto_${PROTO_VERSION}_all.deb"; then
    suite
    apt-get -qq download "opentelemetry-proto=$PROTO_VERSION" ||
        fail "opentelemetry-proto $PROTO_VERSION is not in Debian $SUITE any more: choose another in native/versions.sh"
    is "$PROTO_SHA256" "opentelemetry-proto_${PROTO_VERSION}_all.deb" ||
        fail "opentelemetry-proto_${PROTO_VERSION}_all.deb is not the file versions.sh names (sha256 differs)"
fi
