# SPDX-License-Identifier: Apache-2.0
# Packages of another Debian suite than this machine runs. Sourced.

# use_suite FOLDER SUITE...: apt of this shell has lists and a state of its own in FOLDER from here on, and knows these suites
# with their sources: from the mirror that this machine uses, with signatures verified. What the machine has installed and configured
# stays as it is.
use_suite() {
    local folder suite keyring=/usr/share/keyrings/debian-archive-keyring.gpg kind main security
    folder=$(realpath -m "$1")
    shift
    [ -e "$keyring" ] || fail "$keyring is missing (package debian-archive-keyring)"
    [ "$(suite_mirror '[a-z]+')" ] || quietly apt-get update
    main=$(suite_mirror '[a-z]+')
    security=$(suite_mirror '[a-z]+-security')
    [ "$main" ] || fail "apt of this machine knows no mirror of Debian"
    mkdir -p "$folder"/lists/partial "$folder"/archives/partial
    : >"$folder/status"
    for suite; do
        for kind in deb deb-src; do
            echo "$kind [signed-by=$keyring] $main $suite main"
            case $suite in
            *-backports) ;;
            *) [ ! "$security" ] || echo "$kind [signed-by=$keyring] $security $suite-security main" ;;
            esac
        done
    done >"$folder/sources.list"
    cat >"$folder/apt.conf" <<END
Dir::Etc { SourceList "$folder/sources.list"; SourceParts "/dev/null"; Preferences "/dev/null"; PreferencesParts "/dev/null"; };
Dir::State { Lists "$folder/lists"; Status "$folder/status"; };
Dir::Cache "$folder";
Dir::Cache::Archives "$folder/archives";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::CNF::DefaultEnabled "false";
Acquire::Retries "3";
END
    export APT_CONFIG=$folder/apt.conf
    quietly apt-get update
}

# suite_mirror PATTERN: where this machine gets the suites whose names match.
suite_mirror() {
    apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
        sed -nE "s/^$1 //p" | head -n 1
}
