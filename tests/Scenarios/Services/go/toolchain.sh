#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# toolchain.sh VERSION FOLDER: unpacks Debian's Go of this version, of a later suite than the one that is installed, into
# FOLDER/usr. Apt has a state of its own meanwhile: nothing is installed.
set -euo pipefail
version=$1
folder=$(realpath -m "$2")
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' | head -n 1)
[ "$mirror" ] || mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' | head -n 1)
rm -rf "$folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial"
: >"$folder/apt/status"
echo "deb [signed-by=$keyring] $mirror trixie main" >"$folder/apt/sources.list"
cat >"$folder/apt/apt.conf" <<END
Dir::Etc::sourcelist "$folder/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$folder/apt/lists";
Dir::State::status "$folder/apt/status";
Dir::Cache "$folder/apt";
Acquire::Languages "none";
APT::Sandbox::User "root";
END
export APT_CONFIG=$folder/apt/apt.conf
cd "$folder/apt"
apt-get -qq update
apt-get -qq download "golang-$version-go" "golang-$version-src"
for package in *.deb; do
    dpkg -x "$package" "$folder"
done
rm -rf "$folder/apt"
