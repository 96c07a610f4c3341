#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sbom.sh CREATED VERSION: prints what the image holds, as SPDX 2.3 in JSON. After deploy/components.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
created=$1 version=$2
binary=$(sha256sum out/hilo | cut -d ' ' -f 1)
certificates=$(dpkg-query --show --showformat '${Version}' ca-certificates)

# package NAME VERSION LICENCE ORIGIN
package() {
    cat <<END
    {
      "SPDXID": "SPDXRef-$1",
      "name": "$1",
      "versionInfo": "$2",
      "downloadLocation": "NOASSERTION",
      "filesAnalyzed": false,
      "licenseConcluded": "NOASSERTION",
      "licenseDeclared": "$3",
      "copyrightText": "NOASSERTION",
      "externalRefs": [{ "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "$4" }]
    },
END
}

# relation FROM KIND TO
relation() {
    echo "    { \"spdxElementId\": \"SPDXRef-$1\", \"relationshipType\": \"$2\", \"relatedSpdxElement\": \"SPDXRef-$3\" }"
}

cat <<END
{
  "spdxVersion": "SPDX-2.3",
  "dataLicense": "CC0-1.0",
  "SPDXID": "SPDXRef-DOCUMENT",
  "name": "hilo-$version",
  "documentNamespace": "urn:hilo:sbom:$version:$binary",
  "creationInfo": { "created": "$created", "creators": ["Tool: hilo-build"] },
  "packages": [
END
while IFS=$'\t' read -r name component licence origin; do
    package "$name" "$component" "$licence" "$origin"
done <out/components/list
package ca-certificates "$certificates" MPL-2.0 "pkg:deb/debian/ca-certificates@${certificates//+/%2B}"
cat <<END
    {
      "SPDXID": "SPDXRef-hilo",
      "name": "hilo",
      "versionInfo": "$version",
      "downloadLocation": "NOASSERTION",
      "filesAnalyzed": false,
      "licenseConcluded": "Apache-2.0 AND (GPL-2.0-only OR MIT)",
      "licenseDeclared": "Apache-2.0 AND (GPL-2.0-only OR MIT)",
      "copyrightText": "NOASSERTION",
      "checksums": [{ "algorithm": "SHA256", "checksumValue": "$binary" }],
      "primaryPackagePurpose": "APPLICATION"
    }
  ],
  "relationships": [
END
{
    relation DOCUMENT DESCRIBES hilo
    relation DOCUMENT DESCRIBES ca-certificates
    cut -f 1 out/components/list | while read -r name; do
        relation hilo STATIC_LINK "$name"
    done
} | sed '$!s/$/,/'
echo '  ]'
echo '}'
