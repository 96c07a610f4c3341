#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# build.sh [FOLDER]: makes FOLDER/hilo_VERSION_amd64.deb (out/) of out/hilo, its unit and its documents. The same inputs give the
# same bytes.
set -euo pipefail
umask 022
cd "$(dirname "$0")/../.."
. .ci/common.sh
folder=${1:-out}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -c 'safe.directory=*' log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
version=$(out/hilo version)
version=${version#hilo }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/hilo

deploy/components.sh
mkdir -p "$tree/licences"
cp -r deploy/package/debian deploy/package/hilo.yaml out/hilo docs "$tree/"
cp -r out/components/licences/. out/components/common "$tree/licences/"
cat >"$tree/debian/changelog" <<END
hilo ($version) unstable; urgency=medium

  * What it can do is in /usr/share/doc/hilo.

 -- Hilo <hilo@users.noreply.github.com>  $(date --utc --date "@$SOURCE_DATE_EPOCH" --rfc-email)
END
cat >"$tree/debian/copyright" <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: hilo

Files: *
Copyright: the authors of Hilo
License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0. The programs for the kernel are
 Dual MIT/GPL. What is linked in has licences of its own, in /usr/share/doc/hilo/licences.
END
(cd "$tree" && quietly dpkg-buildpackage --build=binary --no-sign --no-check-builddeps)
package=hilo_${version}_amd64.deb
rm -f "$folder"/hilo_*_amd64.deb
mv "$work/$package" "$folder/"
echo "$folder/$package: $(stat -c %s "$folder/$package") bytes, sha256 $(sha256sum "$folder/$package" | cut -d ' ' -f 1)"
