#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fetch.sh VERSION: brings Debian's kernel of that series, with the few modules that a guest needs, to out/kernels/VERSION.
# Nothing is installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/common.sh
. .ci/suite.sh

version=$1
case $version in
5.10) suite=bullseye ;;
6.1) suite=bookworm ;;
6.12) suite=trixie ;;
newest) suite=trixie-backports ;;
*) fail "no kernel $version: there are 5.10, 6.1, 6.12 and newest" ;;
esac
image=$PWD/out/kernels/$version
[ ! -e "$image/vmlinuz" ] || exit 0

state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state/unpacked"
echo "fetching kernel $version ($suite)"
use_suite "$state" "$suite"
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances linux-image-amd64 |
    sed -nE 's/^ *(Pre)?Depends: (linux-(image|binary|modules)-[0-9][^ ]*)$/\2/p' | sort -u)
[ "$packages" ] || fail "kernel $version: $suite has no linux-image-amd64"
# shellcheck disable=SC2086
(cd "$state/archives" && apt-get --quiet=2 download $packages) || fail "kernel $version: cannot be downloaded"

wanted=(vmlinuz 'kernel/fs/9p/*' 'kernel/fs/netfs/*' 'kernel/fs/fscache/*' 'kernel/fs/overlayfs/*' 'kernel/net/9p/*' 'kernel/net/sched/sch_ingress.*' 'kernel/net/sched/cls_bpf.*' 'kernel/drivers/virtio/*'
    'kernel/drivers/net/veth.*')
for package in "$state"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" |
        tar --extract --directory "$state/unpacked" --wildcards --no-anchored './boot/vmlinuz-*' "${wanted[@]}" 2>/dev/null || true
done
rm -rf "$image"
mkdir -p "$image"
find "$state/unpacked" -name '*.ko.xz' -exec xz --decompress {} +
modules=$(find "$state/unpacked" -type d -path '*/modules/*' -name '[0-9]*' | head -n 1)
kernel=$(find "$state/unpacked" -name 'vmlinuz*' -type f | head -n 1)
[ "$modules" ] && [ "$kernel" ] || fail "kernel $version: its packages hold no kernel"
mkdir -p "$image/lib/modules"
mv "$modules" "$image/lib/modules/"
find "$image/lib/modules" -name 'vmlinuz*' -exec mv {} "$image/vmlinuz" \;
[ -e "$image/vmlinuz" ] || mv "$kernel" "$image/vmlinuz"
