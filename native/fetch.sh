#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# native/fetch.sh DIR: downloads the pinned packages of versions.sh into DIR.
#
# They come from a newer Debian release than the machine runs, with the machine's own mirror and Debian's keyring,
# through a private list of sources: the machine's apt configuration is read, never changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/versions.sh"
dir=$(mkdir -p "$1" && cd "$1" && pwd)

fail() {
    echo "native: $*" >&2
    exit 1
}

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
[ -n "$mirror" ] || fail "no Debian mirror in the apt configuration of this machine (run apt-get update)"
[ -e "$keyring" ] || fail "$keyring is missing (package debian-archive-keyring)"

mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
for kind in deb deb-src; do
    echo "$kind [signed-by=$keyring] $mirror $SUITE main"
done >"$dir/sources.list"

options=(
    -qq
    -o "Dir::Etc::sourcelist=$dir/sources.list"
    -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$dir/lists"
    -o "Dir::Cache=$dir/cache"
    -o Acquire::Languages=none
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
    -o Acquire::IndexTargets::deb::CNF::DefaultEnabled=false
    -o "APT::Sandbox::User=$(id -un)"
)

verify() { # file sha256
    echo "$2  $1" | sha256sum --check --status || fail "$1 is not the file versions.sh names (sha256 differs)"
}

cd "$dir"
apt-get "${options[@]}" update || fail "cannot read the package lists of Debian $SUITE"
apt-get "${options[@]}" --download-only source "libbpf=$LIBBPF_VERSION" ||
    fail "libbpf $LIBBPF_VERSION is not in Debian $SUITE any more: choose another in native/versions.sh"
apt-get "${options[@]}" download "opentelemetry-proto=$PROTO_VERSION" ||
    fail "opentelemetry-proto $PROTO_VERSION is not in Debian $SUITE any more: choose another in native/versions.sh"
verify "$LIBBPF_TARBALL" "$LIBBPF_SHA256"
verify "opentelemetry-proto_${PROTO_VERSION}_all.deb" "$PROTO_SHA256"
