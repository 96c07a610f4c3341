#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# boot.sh IMAGE RESULT SECONDS ARGUMENTS COMMAND: runs COMMAND as root under the kernel in IMAGE, with ARGUMENTS on its command
# line. The machine is emulated in software, so it runs anywhere, and ten to thirty times slower. RESULT is the guest's /result;
# the command's output and status are there afterwards. Exits with that status; 124: not finished in time; 125: the guest died.
set -uo pipefail
cd "$(dirname "$0")/../.."
readonly died=125
image=$1 result=$2 limit=$3 arguments=$4 command=$5

rm -rf "$result"
mkdir -p "$result"
result=$(realpath "$result")
echo "$command" >"$result/command"
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
mkdir -p "$files"/root/{bin,proc,sys,dev}
cp "$(command -v busybox)" "$files/root/bin/busybox"
cp tests/Kernels/init "$files/root/init"
chmod +x "$files/root/init"
cp -r "$image/lib" "$files/root/lib"
(cd "$files/root" && find . | cpio --create --format newc --quiet --owner 0:0) >"$files/initrd"

# Two processors in one thread: with a thread for each, emulation of code that patches itself is not always right.
once() {
    rm -f "$result/status"
    timeout --kill-after 5 "$limit" qemu-system-x86_64 -machine q35 -cpu max -accel tcg,thread=single -smp 2 -m 2048 \
        -nodefaults -no-user-config -display none -no-reboot -serial "file:$result/console" \
        -kernel "$image/vmlinuz" -initrd "$files/initrd" \
        -append "console=ttyS0 quiet panic=-1 mitigations=off audit=0 apparmor=0 random.trust_cpu=on no_timer_check $arguments" \
        -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=host,mount_tag=host \
        -fsdev "local,id=result,path=$result,security_model=none" -device virtio-9p-pci,fsdev=result,mount_tag=result \
        </dev/null >"$result/qemu" 2>&1
    local status=$?
    [ ! -s "$result/status" ] || return "$(cat "$result/status")"
    [ "$status" != 124 ] || return 124
    return $died
}

once
status=$?
if [ $status = $died ]; then
    once
    status=$?
fi
exit $status
