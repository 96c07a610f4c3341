# SPDX-License-Identifier: Apache-2.0
# What build.sh and the scripts beside this file share. Sourced, in the root of the repository.

# Nothing stays running when a script ends.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

fail() {
    echo "build.sh: $*" >&2
    exit 1
}

# need_packages NAME[=COMMAND]...: Debian packages; COMMAND on PATH will do for a package of another name.
need_packages() {
    local missing=() entry package
    for entry; do
        package=${entry%%=*}
        [ "$entry" = "$package" ] || ! command -v "${entry#*=}" >/dev/null || continue
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$(id -u)" = 0 ] || fail "missing, to be installed as root: apt-get install ${missing[*]}"
    echo "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get update
    quietly apt-get install --yes --no-install-recommends "${missing[@]}"
}

# quietly COMMAND...: its output is shown only when it fails.
quietly() {
    local log
    mkdir -p out
    log=$(mktemp out/log.XXXXXX)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        fail "failed: $*"
    fi
    rm -f "$log"
}

# stage NAME WHAT INPUT...: true when NAME was finished with these very inputs. Otherwise says what is built now;
# done_stage then remembers the inputs.
stage() {
    stage_stamp=out/stamps/$1
    local what=$2
    shift 2
    stage_key="$what "$(find "$@" -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
    [ "$(cat "$stage_stamp" 2>/dev/null)" != "$stage_key" ] || return 0
    rm -f "$stage_stamp"
    echo "building $what"
    return 1
}

done_stage() {
    mkdir -p out/stamps
    echo "$stage_key" >"$stage_stamp"
}

tracked() {
    git -c 'safe.directory=*' ls-files --cached --others --exclude-standard -- "$@" 2>/dev/null
}

c_files() {
    tracked 'bpf/*.c' 'bpf/*.h' 'native/*.c' 'native/*.h' 'tests/*.c' 'tests/*.h'
}
