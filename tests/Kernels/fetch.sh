#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fetch.sh VERSION: brings Debian's kernel of that series, with the few modules that a guest needs, to out/kernels/VERSION.
# apt does it, with lists and a state of its own: from the mirror this machine uses, with signatures verified, nothing installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/common.sh

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

# mirror PATTERN: where this machine gets the suites whose names match.
mirror() {
    apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
        sed -nE "s/^$1 //p" | head -n 1
}

[ "$(mirror '[a-z]+')" ] || quietly apt-get update
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state"/{lists,archives}/partial "$state/unpacked"
: >"$state/status"
source="[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
main=$(mirror '[a-z]+')
security=$(mirror '[a-z]+-security')
[ "$main" ] || fail "kernel $version: apt of this machine knows no mirror of Debian"
echo "deb $source $main $suite main" >"$state/sources.list"
case $suite in
*-backports) ;;
*) [ ! "$security" ] || echo "deb $source $security $suite-security main" >>"$state/sources.list" ;;
esac
cat >"$state/apt.conf" <<EOF
Dir::Etc { SourceList "$state/sources.list"; SourceParts "/dev/null"; Preferences "/dev/null"; PreferencesParts "/dev/null"; };
Dir::State { Lists "$state/lists"; Status "$state/status"; };
Dir::Cache "$state";
Dir::Cache::Archives "$state/archives";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
EOF
export APT_CONFIG=$state/apt.conf

echo "fetching kernel $version ($suite)"
quietly apt-get update
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
