#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh full [VERSION]...: boots Debian's kernels in virtual machines, tries everything there, and writes docs/kernels.md.
# run.sh short VERSION...: tries the most important, and compares it with docs/kernels.md: one line, passed or failed, for each.
set -uo pipefail
cd "$(dirname "$0")/../.."
. .ci/common.sh
extent=$1
shift
readonly at_once=2
results=$PWD/out/kernels/results

# machine NAME EXTENT: NAME is a version, or a version and arguments of the kernel, as in 6.12,lockdown=integrity.
machine() {
    local name=$1 extent=$2 version=${1%%,*} arguments= limit=600 status start=$SECONDS
    local result=$PWD/out/kernels/results/$name
    [ "$name" = "$version" ] || arguments=${name#*,}
    [ "$extent" = full ] || limit=150
    rm -rf "$result"
    tests/Kernels/boot.sh "out/kernels/$version" "$result" "$limit" "$arguments" \
        "cd '$PWD' && export PATH='$PATH' DOTNET_ROOT='${DOTNET_ROOT:-}' UPDATE_GOLDEN=${UPDATE_GOLDEN:-} || exit
        uname -v >/result/kernel
        python3 tests/Kernels/checks.py out/hilo /result $extent
        status=\$?
        mkdir /result/golden
        cp tests/Kernel.Tests/VerifierCost/\$(uname -r | cut -d . -f 1,2).txt /result/golden/
        exit \$status"
    status=$?
    [ -z "${UPDATE_GOLDEN:-}" ] || [ -n "$arguments" ] || cp "$result"/golden/*.txt tests/Kernel.Tests/VerifierCost/
    case $status in
    0) echo "kernel $name: $(cat "$result/kernel"), $((SECONDS - start)) s" ;;
    124) echo "kernel $name: not finished within $limit s; see $result" ;;
    125) echo "kernel $name: the virtual machine died, twice; see $result" ;;
    *) echo "kernel $name: the checks ended with $status:" && tail -n 20 "$result/output" ;;
    esac
    return $status
}

export -f machine
versions=("$@")
if [ ${#versions[@]} -eq 0 ]; then
    versions=(5.10 6.1 6.12 newest 6.12,lockdown=integrity 6.12,lockdown=confidentiality)
fi
mkdir -p "$results" docs
(quietly dotnet build tests/Kernel.Tests --configuration Release) || exit
printf '%s\n' "${versions[@]%%,*}" | sort -u | xargs -P $at_once -I '{}' tests/Kernels/fetch.sh '{}' || fail "kernels: not all could be fetched"
printf '%s\0' "${versions[@]}" | xargs -0 -P $at_once -I '{}' bash -c 'machine "$1" "$2"' machine '{}' "$extent"
status=$?
case $extent in
full) python3 tests/Kernels/table.py write docs/kernels.md "$results" || status=1 ;;
short) python3 tests/Kernels/table.py compare docs/kernels.md "$results" "${versions[@]}" || status=1 ;;
esac
[ $status = 0 ]
