#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes out/hilo-image.tar, an OCI archive with out/hilo, certificates, licences and an SBOM, of files alone: no engine, no base image.
# The same inputs give the same bytes. Times are those of the commit, or SOURCE_DATE_EPOCH.
set -euo pipefail
umask 022
cd "$(dirname "$0")/../.."
. .ci/common.sh
readonly limit=15000000
readonly image=${1:-out/hilo-image.tar}
epoch=${SOURCE_DATE_EPOCH:-$(git -c 'safe.directory=*' log -1 --format=%ct 2>/dev/null || echo 0)}
created=$(date --utc --date "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
version=$(out/hilo version)
version=${version#hilo }
revision=$(git -c 'safe.directory=*' describe --always --dirty --abbrev=40 --match '' 2>/dev/null || echo unknown)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

digest() {
    sha256sum "$1" | cut -d ' ' -f 1
}

# archive FOLDER: the same folder is always the same tar.
archive() {
    tar --create --directory "$1" --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" .
}

# blob FILE: takes a file into the layout; leaves its descriptor's fields in `descriptor`.
blob() {
    local hash
    hash=$(digest "$1")
    descriptor="\"digest\":\"sha256:$hash\",\"size\":$(stat -c %s "$1")"
    mv "$1" "$work/layout/blobs/sha256/$hash"
}

deploy/components.sh
root=$work/root
mkdir -p "$root"/etc/ssl/certs "$root"/licenses/common "$work"/layout/blobs/sha256
install -m 755 out/hilo "$root/hilo"
install -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
install -m 644 LICENSE "$root/licenses/hilo"
install -m 644 out/components/licences/* /usr/share/doc/ca-certificates/copyright "$root/licenses/"
mv "$root/licenses/copyright" "$root/licenses/ca-certificates"
install -m 644 out/components/common/* "$root/licenses/common/"
deploy/image/sbom.sh "$created" "$version" >"$root/sbom.spdx.json"

archive "$root" >"$work/layer"
diff=$(digest "$work/layer")
gzip --no-name --best "$work/layer"
layer_size=$(stat -c %s "$work/layer.gz")
[ "$layer_size" -le $limit ] || fail "image: $layer_size bytes, more than 15 MB"
blob "$work/layer.gz"
layer=$descriptor

about="\"org.opencontainers.image.title\":\"hilo\",\"org.opencontainers.image.version\":\"$version\""
about+=",\"org.opencontainers.image.description\":\"Follows HTTP and gRPC requests through services without changing them, by eBPF\""
about+=",\"org.opencontainers.image.licenses\":\"Apache-2.0\",\"org.opencontainers.image.revision\":\"$revision\""
about+=",\"org.opencontainers.image.created\":\"$created\""
cat >"$work/config" <<END
{"created":"$created","architecture":"amd64","os":"linux",
"config":{"User":"0:0","Env":["SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],"Entrypoint":["/hilo"],"Cmd":["run"],"WorkingDir":"/",
"StopSignal":"SIGTERM","Labels":{$about}},
"rootfs":{"type":"layers","diff_ids":["sha256:$diff"]},
"history":[{"created":"$created","created_by":"deploy/image/build.sh"}]}
END
blob "$work/config"
config=$descriptor
cat >"$work/manifest" <<END
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
"config":{"mediaType":"application/vnd.oci.image.config.v1+json",$config},
"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip",$layer}],
"annotations":{$about}}
END
blob "$work/manifest"
echo '{"imageLayoutVersion":"1.0.0"}' >"$work/layout/oci-layout"
cat >"$work/layout/index.json" <<END
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",
"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",$descriptor,
"annotations":{"org.opencontainers.image.ref.name":"hilo:$version"},"platform":{"architecture":"amd64","os":"linux"}}]}
END

archive "$work/layout" >"$work/image"
mv "$work/image" "$image"
echo "$image: $(stat -c %s "$image") bytes, binary $(stat -c %s out/hilo), sha256 $(digest "$image")"
