# SPDX-License-Identifier: Apache-2.0
# init.sh FOLDER: process 1 of a process namespace, until systemd takes its place: on the files of this host, with everything written
# kept in memory, and with this process's cgroup as the root of its hierarchy. It goes up to basic.target.
set -eu
folder=$1 root=$1/root
mount --make-rprivate /
mkdir "$folder/memory" "$root"
mount -t tmpfs none "$folder/memory"
mkdir "$folder/memory/upper" "$folder/memory/work"
mount -t overlay -o "lowerdir=/,upperdir=$folder/memory/upper,workdir=$folder/memory/work" none "$root"
mount -t proc none "$root/proc"
# Its boot would set what this kernel has for all.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro none "$root/sys"
mount -t cgroup2 none "$root/sys/fs/cgroup"
mount -t bpf none "$root/sys/fs/bpf"
mount -t tmpfs none "$root/run"
mount -t tmpfs none "$root/tmp"
mount -t tmpfs none "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666 none "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
# Services that this host would start, and what it may say of starting any.
rm -f "$root"/etc/systemd/system/*.wants/* "$root/usr/sbin/policy-rc.d" "$root/etc/machine-id"
touch "$root/etc/machine-id"
cd "$root"
pivot_root . mnt
umount -l /mnt
exec env -i container=hilo PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=basic.target --show-status=no
