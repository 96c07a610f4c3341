#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What out/hilo is made of besides this repository, into out/components: `list`, a line of NAME VERSION LICENCE ORIGIN each, divided
# by tabs, licences/NAME, and common/, the texts that those only name. An archive in out/native that no line here speaks for ends it.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/common.sh
. native/versions.sh
out=out/components
rm -rf $out
mkdir -p $out/licences $out/common
accounted=(libshim.a) # ours

# component NAME VERSION LICENCE ORIGIN [ARCHIVE]...: its licence is on standard input.
component() {
    printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >>$out/list
    cat >"$out/licences/$1"
    [ -s "$out/licences/$1" ] || fail "components: no licence of $1"
    accounted+=("${@:5}")
}

# debian NAME PACKAGE LICENCE [ARCHIVE]...: from a package of the machine that builds.
debian() {
    local version
    version=$(dpkg-query --show --showformat '${Version}' "$2")
    component "$1" "$version" "$3" "pkg:deb/debian/$2@${version//+/%2B}" "${@:4}" <"/usr/share/doc/$2/copyright"
}

# nuget_package NAME: the folder of a package in the version that the agent was restored with.
nuget_package() {
    local assets=artifacts/obj/Agent/project.assets.json folder version
    [ -e $assets ] || quietly dotnet restore src/Agent
    folder=$(sed -nE '/"packageFolders"/{n;s/^ *"([^"]+)".*/\1/p}' $assets)
    version=$(grep -oiE "\"$1/[0-9.]+\"" $assets | head -n 1 | cut -d/ -f2 | tr -d '"')
    [ -d "$folder$1/$version" ] || fail "components: $1 is not restored"
    echo "$folder$1/$version"
}

dotnet=$(nuget_package runtime.linux-x64.microsoft.dotnet.ilcompiler)
toolkit=$(nuget_package communitytoolkit.highperformance)
component dotnet-runtime "${dotnet##*/}" MIT "pkg:nuget/runtime.linux-x64.Microsoft.DotNet.ILCompiler@${dotnet##*/}" \
    < <(cat "$dotnet/LICENSE.TXT" "$dotnet/THIRD-PARTY-NOTICES.TXT")
component communitytoolkit-highperformance "${toolkit##*/}" MIT "pkg:nuget/CommunityToolkit.HighPerformance@${toolkit##*/}" \
    < <(cat "$toolkit/License.md" "$toolkit/ThirdPartyNotices.txt")
component libbpf "$LIBBPF_VERSION" 'LGPL-2.1-only OR BSD-2-Clause' "pkg:deb/debian/libbpf@$LIBBPF_VERSION?arch=source" libbpf.a \
    < <(tar -xOzf out/packages/libbpf_"${LIBBPF_VERSION%-*}".orig.tar.gz --wildcards '*/LICENSE' '*/LICENSE.BSD-2-Clause')
component openssl "$OPENSSL_VERSION" Apache-2.0 "pkg:deb/debian/openssl@$OPENSSL_VERSION?arch=source" libssl.a libcrypto.a \
    < <(tar -xOzf out/packages/openssl_"${OPENSSL_VERSION%-*}".orig.tar.gz --wildcards '*/LICENSE.txt')
component librdkafka "$LIBRDKAFKA_VERSION" 'BSD-2-Clause AND BSD-3-Clause AND MIT AND Zlib AND Apache-2.0' \
    "pkg:deb/debian/librdkafka@$LIBRDKAFKA_VERSION?arch=source" librdkafka.a \
    < <(tar -xOzf out/packages/librdkafka_"${LIBRDKAFKA_VERSION%-*}".orig.tar.gz --wildcards '*/LICENSES.txt')
debian elfutils libelf-dev 'LGPL-3.0-or-later OR GPL-2.0-or-later' libelf.a
debian nghttp2 libnghttp2-dev MIT libnghttp2.a
# In the public domain, which SPDX has no name for.
debian xz liblzma-dev NOASSERTION liblzma.a
debian libyaml libyaml-dev MIT libyaml.a
debian glibc libc6-dev LGPL-2.1-or-later
debian gcc-runtime gcc-12-base 'GPL-3.0-or-later WITH GCC-exception-3.1'

for archive in out/native/*.a out/openssl/lib/*.a out/librdkafka/*.a; do
    [[ " ${accounted[*]} " == *" ${archive##*/} "* ]] || fail "components: $archive is linked, and deploy/components.sh does not say what it is"
done

grep -ohE '/usr/share/common-licenses/[A-Z][A-Za-z0-9.-]*[A-Za-z0-9]' -r $out/licences | sort -u | xargs cp -L -t $out/common
