// SPDX-License-Identifier: Apache-2.0
using Agent.Kubernetes;

namespace Agent.Tests.Kubernetes;

public class ContainerPlaceTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Uid = "6a7f0e1c-1f6b-4a2f-9f57-0a1b2c3d4e5f";
    private const string UidInSlice = "6a7f0e1c_1f6b_4a2f_9f57_0a1b2c3d4e5f";

    [Theory]
    [InlineData($"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{UidInSlice}.slice/cri-containerd-{Id}.scope", Id, Uid)]
    [InlineData($"/kubepods.slice/kubepods-pod{UidInSlice}.slice/crio-{Id}.scope", Id, Uid)]
    [InlineData($"/kubepods/besteffort/pod{Uid}/{Id}", Id, Uid)]
    [InlineData($"/kubepods/besteffort/pod{Uid}/{Id}/inner", Id, Uid)]
    [InlineData($"/../../kubepods-besteffort-pod{UidInSlice}.slice/cri-containerd-{Id}.scope", Id, Uid)]
    [InlineData($"/../cri-containerd-{Id}.scope", Id, null)]
    [InlineData($"/system.slice/containerd.service/kubepods-pod{UidInSlice}.slice:cri-containerd:{Id}", Id, null)]
    [InlineData($"/system.slice/docker-{Id}.scope", Id, null)]
    [InlineData($"/machine.slice/libpod-{Id}.scope/container", Id, null)]
    [InlineData($"/kubepods.slice/kubepods-pod{UidInSlice}.slice/crio-conmon-{Id}.scope", null, Uid)]
    [InlineData("/system.slice/podman.service", null, null)]
    [InlineData("/user.slice/user-1000.slice/session-1.scope", null, null)]
    [InlineData("/", null, null)]
    public void From_the_path_of_its_cgroup(string path, string? id, string? uid) =>
        Assert.Equal(new ContainerPlace(id, uid), ContainerPlace.FromCgroups($"0::{path}\n"));

    [Fact]
    public void From_any_hierarchy() =>
        Assert.Equal(new ContainerPlace(Id, Uid), ContainerPlace.FromCgroups($"12:cpu:/\n3:memory:/kubepods/pod{Uid}/{Id}\n0::/\n"));

    [Fact]
    public void From_what_is_mounted_in_it_and_not_from_what_a_host_has_mounted_for_others()
    {
        const string own = $"""
            21 20 8:1 /var/lib/kubelet/pods/{Uid}/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw
            22 20 8:1 /var/lib/docker/containers/{Id}/hostname /etc/hostname rw - ext4 /dev/sda1 rw

            """;
        const string others = $"30 20 0:50 / /var/lib/kubelet/pods/{Uid}/volumes/kubernetes.io~projected/token rw - tmpfs tmpfs rw\n";
        Assert.Equal(new ContainerPlace(Id, Uid), ContainerPlace.FromMounts(own));
        Assert.True(ContainerPlace.FromMounts(others).IsNone);
    }
}
