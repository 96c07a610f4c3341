// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Scenarios.Kubernetes;

/// <summary>A pod with one container, as the API shows it, and the cgroup that it has on its node.</summary>
internal sealed record TestPod(string Name, int Number)
{
    public string Namespace { get; init; } = "shop";

    public string Node { get; init; } = Cluster.Node;

    public string OwnerKind { get; init; } = "ReplicaSet";

    public string Owner { get; init; } = "cart-5d4f8c7b9";

    public Dictionary<string, string> Labels { get; init; } = new() { ["pod-template-hash"] = "5d4f8c7b9" };

    public Dictionary<string, string> Annotations { get; init; } = [];

    public string Address { get; init; } = "";

    /// <summary>More than one, and what runs has the last name; until its status is told nobody knows which it is.</summary>
    public string[] Containers { get; init; } = ["app"];

    public string Uid => string.Create(CultureInfo.InvariantCulture, $"{Number:x8}-aaaa-4bbb-8ccc-dddddddddddd");

    public string ContainerId => string.Create(CultureInfo.InvariantCulture, $"{Number:x64}");

    /// <summary>By the systemd driver of the kubelet and containerd.</summary>
    public string Cgroup => $"kubepods-burstable-pod{Uid.Replace('-', '_')}.slice/cri-containerd-{ContainerId}.scope";

    /// <summary>Scheduled, and not started as far as the server knows.</summary>
    public object Scheduled => Json(isRunning: false);

    public object Running => Json(isRunning: true);

    private object Json(bool isRunning) => new
    {
        kind = "Pod",
        apiVersion = "v1",
        metadata = new
        {
            name = Name,
            @namespace = Namespace,
            uid = Uid,
            creationTimestamp = "2026-11-23T01:00:03Z",
            labels = Labels,
            annotations = Annotations,
            ownerReferences = Owner.Length == 0 ? [] : new object[] { new { apiVersion = "apps/v1", kind = OwnerKind, name = Owner, uid = "x", controller = true } },
        },
        spec = new { nodeName = Node, containers = Containers.Select(name => new { name, image = "registry.local/app:1" }) },
        status = new
        {
            phase = isRunning ? "Running" : "Pending",
            startTime = isRunning ? "2026-11-23T01:00:04Z" : null,
            podIPs = isRunning && Address.Length > 0 ? new object[] { new { ip = Address } } : [],
            containerStatuses = isRunning ? new object[] { new { name = Containers[^1], containerID = "containerd://" + ContainerId } } : [],
        },
    };
}
