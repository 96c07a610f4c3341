#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# unpack.sh FOLDER SUITE PACKAGE...: unpacks packages of another Debian suite than the one that is installed into FOLDER. What
# backports lack comes from the suite that they are for.
# Nothing is installed, and what they depend on has to be named.
set -euo pipefail
folder=$(realpath -m "$1") suite=$2
shift 2
cd "$(dirname "$0")/../../../.."
. .ci/common.sh
. .ci/suite.sh
rm -rf "$folder"
mkdir -p "$folder/apt"
mapfile -t suites < <(printf "%s\n" "$suite" "${suite%-backports}" | sort -u)
use_suite "$folder/apt" "${suites[@]}"
(cd "$folder/apt/archives" && quietly apt-get download --target-release "$suite" "$@")
for package in "$folder"/apt/archives/*.deb; do
    dpkg -x "$package" "$folder"
done
rm -rf "$folder/apt"
