#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# boot.sh FOLDER: boots systemd as process 1 of namespaces of its own (see init.sh). FOLDER must be there, and empty. Its only child is
# that process 1: who waits for a child here knows it.
exec unshare --pid --fork --kill-child --mount --uts --ipc --cgroup /bin/sh "${0%/*}/init.sh" "$1"
